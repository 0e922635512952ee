/** Version of wheelkit, the same as in package.json (a test asserts it). */
export const VERSION = "0.1.0";
