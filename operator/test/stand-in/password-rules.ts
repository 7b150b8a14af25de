/** Django knows twenty thousand; these will do. */
const COMMON = new Set(['password', 'password1', 'password123', '12345678', 'qwertyuiop', 'iloveyou', 'sunshine', 'princess', 'football']);

export function weakness(password: string): string | undefined {
  if (COMMON.has(password.toLowerCase())) return 'This password is too common.';
  return /^\d+$/.test(password) ? 'This password is entirely numeric.' : undefined;
}

/** Django compares a password with what is known about a person, and with the words in it. `attributes`: by what messages call them. */
export function similarity(password: string, attributes: Readonly<Record<string, string>>): string | undefined {
  for (const [name, value] of Object.entries(attributes)) {
    const parts = [value, ...value.split(/\W+/)].filter((part) => part !== '').map((part) => part.toLowerCase());
    if (parts.some((part) => isSimilar(password.toLowerCase(), part))) return `The password is too similar to the ${name}.`;
  }
  return undefined;
}

/** Whether one is in the other and seven tenths of both. Django finds more. */
function isSimilar(one: string, other: string): boolean {
  const common = one.includes(other) ? other.length : other.includes(one) ? one.length : 0;
  return (2 * common) / (one.length + other.length) >= 0.7;
}
