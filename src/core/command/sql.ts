/** One statement of a text of SQL, without comments; `start` is where its first word stands, `end` is after its last character. */
export interface SqlStatement {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The statements of SQL, parted at its semicolons outside quotes and comments; conditional comments (`/*! … *\/`) are code. */
export function sqlStatements(text: string): readonly SqlStatement[] {
  const statements: SqlStatement[] = [];
  let current = "";
  let start: number | undefined;
  const pattern = /'(?:[^'\\]|\\[^]|'')*'?|"(?:[^"\\]|\\[^]|"")*"?|`[^`]*`?|\/\*(?:M?!\d*)?|\*\/|(?:--(?=\s|$)|#)[^\n]*|;|\\[gG]|[^'"`/*\-#;\\]+|[^]/g;
  const finish = (end: number): void => {
    if (start !== undefined) statements.push({ text: current.trim(), start, end });
    current = "";
    start = undefined;
  };
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const { 0: token, index } = match;
    if (token === "/*") {
      // A plain comment parts words as a blank does, whatever quotes stand in it; `/*!40101 SET … */` runs on MySQL.
      const end = text.indexOf("*/", pattern.lastIndex);
      pattern.lastIndex = end < 0 ? text.length : end + 2;
      current += " ";
    } else if (token === ";" || token === "\\g" || token === "\\G") {
      finish(index);
    } else if (token !== "*/" && !/^(?:\/\*|--\s|--$|#)/.test(token)) {
      if (token.trim() !== "") start ??= index + token.search(/\S/);
      current += token;
    }
  }
  finish(text.length);
  return statements;
}

/** The statements' texts alone. */
export function splitSql(text: string): readonly string[] {
  return sqlStatements(text).map((statement) => statement.text);
}

/** A statement's code in capitals, with `x` for each text in quotes and each quoted name. */
export function sqlCode(statement: string): string {
  return statement.replaceAll(/'(?:[^'\\]|\\[^]|'')*'|"(?:[^"\\]|\\[^]|"")*"|`[^`]*`/g, "x").toUpperCase();
}
