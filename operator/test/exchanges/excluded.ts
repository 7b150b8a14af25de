const ACCESS_TOKENS = 'the management of access tokens: they cannot change accounts, so the operator does not use them';
const OTHER_RESOURCES = 'tasks, projects, organizations and invitations: no part of the account API';
const ADMIN_SITE = "Django's pages for people, with forms and sessions: no API";

/** Recorded exchanges that the stand-in does not play, and why. */
export const excluded: Readonly<Record<string, string>> = {
  ...because(ACCESS_TOKENS, [
    '05_access_token_create_default',
    '05_access_token_create_expired',
    '05_access_token_create_noname',
    '05_access_token_create_rw_expiry_null',
    '05_access_token_create_rw_noexpiry',
    '05_access_token_create_with_token_auth',
    '05_access_token_list',
    '05_access_token_revoke',
    '05_bearer_create_access_token',
    '05_bearer_token_self',
    '08_ownera_accesstoken_create',
    '08_ownerb_accesstoken_create',
  ]),
  ...because(OTHER_RESOURCES, [
    '08_assign_task_to_inactive',
    '08_owner1_deleted_after_memberships',
    '08_owner1_deleted_after_org',
    '08_owner1_deleted_after_project',
    '08_owner1_deleted_after_task',
    '08_owner1_deleted_after_task_solo',
    '08_owner2_inactive_after_memberships',
    '08_owner2_inactive_after_org',
    '08_owner2_inactive_after_project',
    '08_owner2_inactive_after_task',
    '08_owner2_inactive_after_task_solo',
    '08_ownera_org_create',
    '08_ownera_project_create',
    '08_ownera_recreated_tasks',
    '08_ownera_task_assign_self',
    '08_ownera_task_create',
    '08_ownera_task_solo_create',
    '08_ownerb_org_create',
    '08_ownerb_project_create',
    '08_ownerb_reactivated_tasks',
    '08_ownerb_task_assign_self',
    '08_ownerb_task_create',
    '08_ownerb_task_solo_create',
    '10_dummy_invite',
    '10_dummy_org_create',
  ]),
  ...because(ADMIN_SITE, [
    '12_adminsite_password_set',
    '12_adminsite_password_set_weak',
    '12_adminsite_password_unset',
    '12_adminsite_user_add_dup_email',
    '12_adminsite_user_add_short_name',
  ]),
};

function because(reason: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, reason]));
}
