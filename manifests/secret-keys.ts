/** Keys of a Secret whose values are not secret: they do not allow a login. */
export const PUBLIC_SECRET_KEYS: readonly string[] = ['username', 'database'];
