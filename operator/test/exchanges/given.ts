import type { Settings } from '../stand-in/call';
import type { People, Person } from '../stand-in/people';

/** What was so before an exchange, where the exchange itself does not say it. */
export interface Given {
  /** Who asked. Left out: the administrator, or whom the answer speaks of. */
  readonly as?: string;
  /** What is sent as login, word by word. */
  readonly authorization?: string;
  /** Whether a browser's cookies went with it. */
  readonly session?: boolean;
  readonly settings?: Partial<Settings>;
  /** Requests without a login a minute ago: see replay.ts. */
  readonly anonymousRequests?: number;
  /** Other exchanges that came before, by name. */
  readonly after?: readonly string[];
  /** Nothing is to be taken from the answer: it must come about by what happens. */
  readonly nothingFromAnswer?: boolean;
  readonly people?: (people: People) => void;
}

const PASSWORD = 'a-password-of-1-person';

/** Updates an existing person, or adds one. */
const with_ =
  (username: string, details: Partial<Person>) =>
  (people: People): void => {
    const person = people.byUsername(username);
    if (person) Object.assign(person, details);
    else people.add({ password: PASSWORD, ...details, username });
  };

const all =
  (...changes: readonly ((people: People) => void)[]) =>
  (people: People): void =>
    changes.forEach((change) => change(people));

const only = (people: People, ids: readonly number[]): void => {
  for (const { id } of people.all()) if (!ids.includes(id)) people.remove(id);
};

const john = with_('john', { id: 26, email: 'john@lab.test', addresses: ['john@lab.test'] });
const renamedJane = with_('jane.doe', { email: 'jane.new@lab.test' });
const inactiveJane = with_('jane.doe', { email: 'jane.new@lab.test', isActive: false });
const johnHasJanesAddress = with_('john1', { email: 'jane.doe@lab.test' });
const caseys = all(with_('casey1', { id: 24 }), with_('CASEY1', { id: 25 }));
const dupes = all(
  with_('dupe-a', { id: 22, email: 'dupe-a@lab.test', addresses: ['dupe-a@lab.test'] }),
  with_('dupe-b', { id: 23, email: 'dupe-a@lab.test', addresses: ['dupe-b@lab.test'] }),
);
const unusable = { password: undefined, addresses: [] };
const invited = with_('invited.person@lab.test', { id: 147, email: 'invited.person@lab.test', ...unusable });
const al = with_('al', { id: 149, email: 'al@lab.test', ...unusable });
const verif = with_('verif002', { email: 'verif002@lab.test' });

const asJane: Given = { as: 'jane.doe' };
const asJohn: Given = { as: 'john', people: john };
const asRobot: Given = { as: 'robot-admin' };
const groupOnly: Given = { as: 'robot-admin', people: with_('robot-admin', { isStaff: false, isSuperuser: false, groups: ['admin'] }) };
const superuserOnly: Given = { as: 'robot-admin', people: with_('robot-admin', { isStaff: false, groups: [] }) };
const halfMade: Given = { as: 'robot-admin', people: with_('robot-admin', { groups: [] }) };
const session: Given = { session: true };

export const given: Readonly<Record<string, Given>> = {
  '01_users_list_admin': { people: (people) => only(people, [1, 2, 3]) },
  '02_register_dup_email_of_inactive': { people: inactiveJane },
  '02_register_dup_of_inactive': { people: inactiveJane },
  '02_register_not_throttled_with_token': { anonymousRequests: 100 },
  '02_register_throttled': { anonymousRequests: 100 },
  '02_register_throttled_xff': { anonymousRequests: 100 },
  '03_get_after_mixed': { after: ['03_patch_mixed_known_unknown'] },
  // It registered later, and comes before the others in the order of characters.
  '03_list_filter_and_page': { people: with_('ﬁeld001', {}) },
  '03_patch_atomic_check': { after: ['03_patch_atomic_bad_username'] },
  '04_basic_inactive': { ...asJane, people: inactiveJane },
  '04_login_inactive': { people: inactiveJane },
  '04_login_inactive_email': { people: inactiveJane },
  '04_login_not_throttled_with_token': { anonymousRequests: 100 },
  '04_login_password_spaces': { people: with_('pwspace1', {}) },
  '04_login_throttled': { anonymousRequests: 100 },
  '05_after_register_session_is_new_user': session,
  '05_auth_basic_email_as_user': { authorization: basic('jane.doe@lab.test', PASSWORD) },
  '05_auth_basic_malformed': { authorization: 'Basic !!!' },
  '05_auth_basic_wrong': { authorization: basic('admin', 'wrong') },
  '05_logout_token': asJane,
  '05_register_again_with_cookie_and_token': session,
  '05_register_again_with_cookie_no_csrf': session,
  '05_session_cookie_plus_token_patch': session,
  '05_session_get': session,
  '05_session_patch_csrf': session,
  '05_session_patch_no_csrf': session,
  '05_token_after_logout': { ...asJane, after: ['05_logout_token'] },
  '05_users_delete_other_as_normal_user': asJane,
  '05_users_get_other_as_normal_user': asJane,
  '05_users_list_as_normal_user': asJane,
  '05_users_patch_other_as_normal_user': asJane,
  '05_users_patch_self_email_as_normal_user': asJane,
  '05_users_patch_self_isactive_as_normal_user': asJane,
  '05_users_patch_self_name_as_normal_user': asJane,
  '05_users_patch_self_username_as_normal_user': asJane,
  '06_about_throttled': { anonymousRequests: 100 },
  '06_basic_old_after_password_change': { authorization: basic('john', 'an-older-password'), people: john },
  '06_password_change_admin_for_other': asRobot,
  '06_password_change_no_old': asJohn,
  '06_password_change_ok_basic': asJohn,
  '06_password_change_ok_token': asJohn,
  '06_password_change_weak': asJohn,
  '06_password_change_wrong_old': asJohn,
  '06_password_reset_mail_no_smtp': { people: john },
  '07_basic_of_inactive': { as: 'john', people: with_('john', { isActive: false }) },
  '07_case_get_lower': { people: caseys },
  '07_case_get_upper': { people: caseys },
  '07_case_login_lower': { people: caseys },
  '07_case_login_upper': { people: caseys },
  '07_case_patch': { people: with_('casey1', { id: 24 }) },
  '07_dup_login_by_email': { people: dupes },
  '07_dup_login_by_username': { people: dupes },
  '07_dup_patch_b_to_a_email': { people: with_('dupe-a', { id: 22, email: 'dupe-a@lab.test' }) },
  '07_dup_register_same_email': { people: dupes },
  '07_get_after_self_delete': { people: john, after: ['07_self_delete_by_user'] },
  '07_login_by_freed_email_new_holder': { people: all(renamedJane, johnHasJanesAddress) },
  '07_login_by_new_email_after_patch': { people: renamedJane },
  '07_login_by_old_email_after_patch': { people: renamedJane },
  '07_patch_other_to_freed_email': { people: renamedJane },
  '07_register_with_email_freed_by_patch': { people: renamedJane },
  '07_register_with_email_set_by_patch': { people: renamedJane },
  '07_register_with_freed_and_reused_email': { people: all(renamedJane, johnHasJanesAddress) },
  '07_self_delete_by_user': asJohn,
  '07_token_after_self_delete': { ...asJohn, after: ['07_self_delete_by_user'] },
  '08_admin_self_deactivate': asRobot,
  '08_admin_self_deactivated_get': { ...asRobot, after: ['08_admin_self_deactivate'] },
  '08_delete_second': { people: with_('once', { id: 38 }), after: ['08_delete_first'] },
  '08_group_admin_get_after': {
    nothingFromAnswer: true,
    people: all(
      groupOnly.people ?? (() => undefined),
      with_('jane.doe', { firstName: 'Jane', email: 'jane.new@lab.test', hasAnalyticsAccess: true }),
    ),
    after: [
      '08_group_admin_without_superuser_patch_name',
      '08_group_admin_without_superuser_patch_email',
      '08_group_admin_without_superuser_patch_active',
    ],
  },
  '08_group_admin_without_superuser_get': groupOnly,
  '08_group_admin_without_superuser_list': groupOnly,
  '08_group_admin_without_superuser_patch_active': groupOnly,
  '08_group_admin_without_superuser_patch_email': groupOnly,
  '08_group_admin_without_superuser_patch_name': groupOnly,
  '08_ownerb_inactive_api': { as: 'ownerb', people: with_('ownerb', { isActive: false }) },
  '08_superuser_without_group_list': superuserOnly,
  '08_superuser_without_group_patch': superuserOnly,
  '10_dummy_listed_after': { nothingFromAnswer: true, people: invited, after: ['10_dummy_register_takeover'] },
  '10_dummy_register_takeover': { nothingFromAnswer: true, people: invited },
  '11_mailverif_basic_admin': { as: 'admin' },
  '11_mailverif_basic_user': { as: 'verif002', people: verif },
  '11_mailverif_login': { people: verif },
  '11_password_reset_mail_console': { people: renamedJane, settings: { mail: true } },
  '11_password_reset_mail_inactive_or_unknown': { settings: { mail: true } },
  '12_login_after_adminsite_unset': { people: al },
  '12_register_over_unusable_password': { nothingFromAnswer: true, people: al },
  '12_register_over_unusable_password_same_email': { people: all(al, with_('al2', { id: 150, email: 'al@lab.test', addresses: [] })) },
  '13_halfmade_admin_about': halfMade,
  '13_halfmade_admin_list': halfMade,
  '13_halfmade_admin_patch': halfMade,
};

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

export { PASSWORD, basic };
