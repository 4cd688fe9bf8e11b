import { SqlError } from "../contract.ts";
import type { Flavour } from "./versionComments.ts";

/** MySQL's own errors by symbol: number, SQLSTATE and a template whose `%s` are filled in order. Source: MySQL 8.0 Server Error Message Reference. */
const table = {
  ER_NO_TABLES_USED: [1096, "HY000", "No tables used"],
  ER_DBACCESS_DENIED: [1044, "42000", "Access denied for user '%s'@'%s' to database '%s'"],
  ER_ACCESS_DENIED: [1045, "28000", "Access denied for user '%s'@'%s' (using password: %s)"],
  ER_SPECIFIC_ACCESS_DENIED: [1227, "42000", "Access denied; you need (at least one of) the %s privilege(s) for this operation"],
  ER_ACCOUNT_LOCKED: [3118, "HY000", "Access denied for user '%s'@'%s'. Account is locked."],
  ER_MARIADB_ACCOUNT_LOCKED: [4151, "HY000", "Access denied, this account is locked"],
  ER_PROCACCESS_DENIED: [1370, "42000", "%s command denied to user '%s'@'%s' for routine '%s'"],
  ER_KILL_DENIED: [1095, "HY000", "You are not owner of thread %s"],
  ER_BINLOG_CREATE_ROUTINE_NEED_SUPER: [1419, "HY000", "You do not have the SUPER privilege and binary logging is enabled (you *might* want to use the less safe log_bin_trust_function_creators variable)"],
  ER_PASSWORD_NO_MATCH: [1133, "42000", "Can't find any matching row in the user table"],
  ER_MARIADB_PASSWORD_NO_MATCH: [1133, "28000", "Can't find any matching row in the user table"],
  ER_PASSWD_LENGTH: [1372, "HY000", "Password hash should be a %s-digit hexadecimal number"],
  ER_SECOND_PASSWORD_CANNOT_BE_EMPTY: [3878, "HY000", "Empty password can not be retained as second password for user '%s'@'%s'."],
  ER_CURRENT_PASSWORD_CANNOT_BE_RETAINED: [3895, "HY000", "Current password can not be retained for user '%s'@'%s' because new password is empty."],
  ER_CANT_CREATE_USER_WITH_GRANT: [1410, "42000", "You are not allowed to create a user with GRANT"],
  ER_NONEXISTING_GRANT: [1141, "42000", "There is no such grant defined for user '%s' on host '%s'"],
  ER_NONEXISTING_TABLE_GRANT: [1147, "42000", "There is no such grant defined for user '%s' on host '%s' on table '%s'"],
  ER_ILLEGAL_GRANT_FOR_TABLE: [1144, "42000", "Illegal GRANT/REVOKE command; please consult the manual to see which privileges can be used"],
  ER_WRONG_USAGE: [1221, "HY000", "Incorrect usage of %s and %s"],
  ER_REVOKE_GRANTS: [1269, "HY000", "Can't revoke all privileges for one or more of the requested users"],
  ER_CANNOT_USER: [1396, "HY000", "Operation %s failed for %s"],
  ER_NO_DB: [1046, "3D000", "No database selected"],
  ER_TABLEACCESS_DENIED: [1142, "42000", "%s command denied to user '%s'@'%s' for table %s"],
  ER_BAD_NULL: [1048, "23000", "Column '%s' cannot be null"],
  ER_BAD_DB: [1049, "42000", "Unknown database '%s'"],
  ER_TABLE_EXISTS: [1050, "42S01", "Table '%s' already exists"],
  ER_BAD_TABLE: [1051, "42S02", "Unknown table '%s'"],
  ER_NON_UNIQ: [1052, "23000", "Column '%s' in %s is ambiguous"],
  ER_BAD_FIELD: [1054, "42S22", "Unknown column '%s' in '%s'"],
  ER_DUP_FIELDNAME: [1060, "42S21", "Duplicate column name '%s'"],
  ER_DUP_KEYNAME: [1061, "42000", "Duplicate key name '%s'"],
  ER_DUP_ENTRY: [1062, "23000", "Duplicate entry '%s' for key '%s'"],
  ER_PARSE: [1064, "42000", "%s near '%s' at line %s"],
  ER_EMPTY_QUERY: [1065, "42000", "Query was empty"],
  ER_NONUNIQ_TABLE: [1066, "42000", "Not unique table/alias: '%s'"],
  ER_INVALID_DEFAULT: [1067, "42000", "Invalid default value for '%s'"],
  ER_MULTIPLE_PRI_KEY: [1068, "42000", "Multiple primary key defined"],
  ER_KEY_COLUMN: [1072, "42000", "Key column '%s' doesn't exist in table"],
  ER_CANT_DROP_FIELD_OR_KEY: [1091, "42000", "Can't DROP '%s'; check that column/key exists"],
  ER_DB_CREATE_EXISTS: [1007, "HY000", "Can't create database '%s'; database exists"],
  ER_DB_DROP_EXISTS: [1008, "HY000", "Can't drop database '%s'; database doesn't exist"],
  ER_TABLE_NOT_LOCKED_FOR_WRITE: [1099, "HY000", "Table '%s' was locked with a READ lock and can't be updated"],
  ER_TABLE_NOT_LOCKED: [1100, "HY000", "Table '%s' was not locked with LOCK TABLES"],
  ER_REPLICA_MUST_STOP: [3081, "HY000", "This operation cannot be performed with running replication threads; run STOP REPLICA FOR CHANNEL '' first"],
  ER_RELAY_LOG_INIT: [1380, "HY000", "Failed initializing relay log position: Could not find target log during relay log initialization"],
  ER_NO_SUCH_THREAD: [1094, "HY000", "Unknown thread id: %s"],
  ER_UNKNOWN_TABLE: [1109, "42S02", "Unknown table '%s' in %s"],
  ER_FIELD_SPECIFIED_TWICE: [1110, "42000", "Column '%s' specified twice"],
  ER_INVALID_GROUP_FUNC: [1111, "HY000", "Invalid use of group function"],
  ER_WRONG_VALUE_COUNT: [1136, "21S01", "Column count doesn't match value count at row %s"],
  ER_NO_SUCH_TABLE: [1146, "42S02", "Table '%s.%s' doesn't exist"],
  ER_UNKNOWN_SYSTEM_VARIABLE: [1193, "HY000", "Unknown system variable '%s'"],
  ER_LOCAL_VARIABLE: [1228, "HY000", "Variable '%s' is a SESSION variable and can't be used with SET GLOBAL"],
  ER_GLOBAL_VARIABLE: [1229, "HY000", "Variable '%s' is a GLOBAL variable and should be set with SET GLOBAL"],
  ER_WRONG_VALUE_FOR_VAR: [1231, "42000", "Variable '%s' can't be set to the value of '%s'"],
  ER_WRONG_TYPE_FOR_VAR: [1232, "42000", "Incorrect argument type to variable '%s'"],
  ER_NOT_SUPPORTED_YET: [1235, "42000", "This version of MySQL doesn't yet support '%s'"],
  ER_INCORRECT_GLOBAL_LOCAL_VAR: [1238, "HY000", "Variable '%s' is a %s variable"],
  ER_OPERAND_COLUMNS: [1241, "21000", "Operand should contain %s column(s)"],
  ER_SUBQUERY_NO_1_ROW: [1242, "21000", "Subquery returns more than 1 row"],
  ER_DERIVED_MUST_HAVE_ALIAS: [1248, "42000", "Every derived table must have its own alias"],
  ER_WRONG_COLUMNS_IN_UNION: [1222, "21000", "The used SELECT statements have a different number of columns"],
  ER_WARN_DATA_OUT_OF_RANGE: [1264, "22003", "Out of range value for column '%s' at row %s"],
  WARN_DATA_TRUNCATED: [1265, "01000", "Data truncated for column '%s' at row %s"],
  ER_OPTION_PREVENTS_STATEMENT: [1290, "HY000", "The MySQL server is running with the %s option so it cannot execute this statement"],
  ER_TRUNCATED_WRONG_VALUE: [1292, "22007", "Incorrect %s value: '%s' for column %s at row %s"],
  ER_UNKNOWN_TIME_ZONE: [1298, "HY000", "Unknown or incorrect time zone: '%s'"],
  ER_SP_ALREADY_EXISTS: [1304, "42000", "%s %s already exists"],
  ER_SP_DOES_NOT_EXIST: [1305, "42000", "%s %s does not exist"],
  ER_SP_WRONG_NO_OF_ARGS: [1318, "42000", "Incorrect number of arguments for %s %s; expected %s, got %s"],
  ER_VIEW_EXISTS: [1050, "42S01", "Table '%s' already exists"],
  ER_WRONG_OBJECT: [1347, "HY000", "'%s.%s' is not %s"],
  ER_TRG_ALREADY_EXISTS: [1359, "HY000", "Trigger already exists"],
  ER_TRG_DOES_NOT_EXIST: [1360, "HY000", "Trigger does not exist"],
  ER_NO_DEFAULT_FOR_FIELD: [1364, "HY000", "Field '%s' doesn't have a default value"],
  ER_DIVISION_BY_ZERO: [1365, "22012", "Division by 0"],
  ER_TRUNCATED_WRONG_VALUE_FOR_FIELD: [1366, "HY000", "Incorrect %s value: '%s' for column %s at row %s"],
  ER_DATA_TOO_LONG: [1406, "22001", "Data too long for column '%s' at row %s"],
  ER_ROW_IS_REFERENCED: [1451, "23000", "Cannot delete or update a parent row: a foreign key constraint fails (%s)"],
  ER_NO_REFERENCED_ROW: [1452, "23000", "Cannot add or update a child row: a foreign key constraint fails (%s)"],
  ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT: [1582, "42000", "Incorrect parameter count in the call to native function '%s'"],
  ER_DATA_OUT_OF_RANGE: [1690, "22003", "%s value is out of range in '%s'"],
  ER_TRUNCATE_ILLEGAL_FK: [1701, "42000", "Cannot truncate a table referenced in a foreign key constraint (%s)"],
  ER_ILLEGAL_VALUE_FOR_TYPE: [1367, "22007", "Illegal %s '%s' value found during parsing"],
  ER_INVALID_JSON_TEXT: [3140, "22032", "Invalid JSON text: \"%s\" at position 0 in value for column '%s'."],
  ER_NON_DEFAULT_VALUE_FOR_GENERATED: [3105, "HY000", "The value specified for generated column '%s' in table '%s' is not allowed."],
  ER_FK_CANNOT_OPEN_PARENT: [1824, "HY000", "Failed to open the referenced table '%s'"],
  ER_FK_CANNOT_DROP_PARENT: [3730, "HY000", "Cannot drop table '%s' referenced by a foreign key constraint '%s' on table '%s'."],
  ER_CHECK_CONSTRAINT_VIOLATED: [3819, "HY000", "Check constraint '%s' is violated."],
  ER_MARIADB_CONSTRAINT_FAILED: [4025, "23000", "CONSTRAINT `%s` failed for `%s`.`%s`"],
  ER_INVALID_USE_OF_NULL: [1138, "22004", "Invalid use of NULL value"],
  ER_MARIADB_CANT_DROP: [1091, "42000", "Can't DROP %s `%s`; check that it exists"],
  ER_MARIADB_UNKNOWN_VIEW: [4092, "42S02", "Unknown VIEW: '%s'"],
  ER_MARIADB_UNKNOWN_DATA_TYPE: [4161, "HY000", "Unknown data type: '%s'"],
  ER_MARIADB_ROW_IS_REFERENCED: [1451, "23000", "Cannot delete or update a parent row: a foreign key constraint fails"],
  ER_MARIADB_NOT_REPLICA: [1200, "HY000", "Misconfigured slave: MASTER_HOST was not set; Fix in config file or with CHANGE MASTER TO"],
  ER_RECORD_FILE_FULL: [1114, "HY000", "The table '%s' is full"],
  ER_CANT_UPDATE_WITH_READLOCK: [1223, "HY000", "Can't execute the query because you have a conflicting read lock"],
  ER_LOCK_WAIT_TIMEOUT: [1205, "HY000", "Lock wait timeout exceeded; try restarting transaction"],
  ER_SAVEPOINT_DOES_NOT_EXIST: [1305, "42000", "SAVEPOINT %s does not exist"],
  ER_UNKNOWN_COLLATION: [1273, "HY000", "Unknown collation: '%s'"],
  ER_CON_COUNT: [1040, "08004", "Too many connections"],
  ER_NOT_REPLICA: [1200, "HY000", "The server is not configured as slave; fix in config file or with CHANGE MASTER TO"],
} as const satisfies Record<string, readonly [number, string, string]>;

/** Symbol of a MySQL error this engine raises. */
export type SqlErrorSymbol = keyof typeof table;

/** Builds MySQL's error `symbol` with `facts` in its text. */
export function sqlError(symbol: SqlErrorSymbol, ...facts: readonly (string | number)[]): SqlError {
  const [errno, sqlState, template] = table[symbol];
  let next = 0;
  return new SqlError(errno, sqlState, template.replaceAll("%s", () => String(facts[next++] ?? "")));
}

/** MySQL's syntax error for the text from `offset` on; `isMariaDb` chooses the product's wording. */
export function syntaxError(sql: string, offset: number, isMariaDb: boolean): SqlError {
  const product = isMariaDb ? "MariaDB" : "MySQL";
  const text = `You have an error in your SQL syntax; check the manual that corresponds to your ${product} server version for the right syntax to use`;
  const line = sql.slice(0, offset).split("\n").length;
  return sqlError("ER_PARSE", text, sql.slice(offset).slice(0, 80), line);
}

/** What MySQL has and this engine has not: said with MySQL's own error 1235, never answered wrongly. */
export function notSupported(what: string): SqlError {
  return sqlError("ER_NOT_SUPPORTED_YET", what);
}

/** What MariaDB calls the clauses of a statement since 10.11.11 or so; 10.11.6 still says what MySQL says. */
const clauseWords: Readonly<Record<string, string>> = { "where clause": "WHERE", "order clause": "ORDER BY", "group statement": "GROUP BY", "having clause": "HAVING", "on clause": "ON" };

/** The error in the words of the server's product and version. `statement` is the statement's first word in upper case. */
export function inProductWords(error: unknown, flavour: Flavour, statement: string): unknown {
  if (!(error instanceof SqlError) || !flavour.isMariaDb) return error;
  if (error.errno === 3081) return new SqlError(1198, "HY000", "This operation cannot be performed as you have a running slave ''; run STOP SLAVE '' first");
  if (error.errno === 1235 || error.errno === 1290) return new SqlError(error.errno, error.sqlState, error.message.replace("version of MySQL", "version of MariaDB").replace("The MySQL server", "The MariaDB server"));
  if ((error.errno !== 1054 && error.errno !== 1052) || flavour.versionId < 101_111) return error;
  const list = statement === "UPDATE" ? "SET" : statement === "INSERT" || statement === "REPLACE" ? "INSERT INTO" : "SELECT";
  const message = error.message.replace(/(in '?)((?:field list|(?:where|order|having|on) clause|group statement))/, (_all, before: string, clause: string) => before + (clauseWords[clause] ?? list));
  return new SqlError(error.errno, error.sqlState, message);
}
