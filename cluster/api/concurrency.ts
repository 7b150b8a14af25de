/** So many requests are under way at once. More only make the API server's queue longer. */
export const CONCURRENCY = 12;
