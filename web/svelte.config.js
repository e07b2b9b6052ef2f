/** Runes everywhere: a component without them is an error, not a guess. */
export default { compilerOptions: { runes: true } };
