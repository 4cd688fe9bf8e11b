/** Why a query cannot be read or answered, in the words of the AWS command line. */
export class QueryError extends Error {
  override readonly name = "QueryError";
}
