/** What `dr-runbook --help` prints. */
export const USAGE = `dr-runbook: disaster-recovery runbooks from the command line

  dr-runbook cells FILE [--save OUT]      the file's cells as JSON; OUT gets what saving unchanged would write
  dr-runbook lint FILE|FOLDER… [--format text|json|sarif] [--today YYYY-MM-DD] [--notes]
                                          what is wrong with runbooks, in words, as JSON or for code scanning
  dr-runbook import FILE [--out OUT]      makes a runbook of any Markdown document, beside it, and lists what could not be read
  dr-runbook plan FILE [--format FORMAT]  what every step and option would do, with risk and target: json, text or markdown
  dr-runbook shell FILE [CELL]            the cells as plain commands for any bash, their targets spelled out
  dr-runbook preflight FILE [--drill | --attach FOLDER] [--json]
                                          checks rights, objects, changes (as a dry run), buckets, addresses and programs
                                          against the live targets or a drill's world; changes nothing; 1 when a step will fail
  dr-runbook drill FILE [--fault NAME[:KEY=VALUE,…]]… [--surprise [--seed N]]
                                          rehearses at this terminal, step by step, with the gate of a live run
  dr-runbook drill FILE --unattended [--option STEP=NAME]… [--idle] [--attach FOLDER] [--rate N]
                                          rehearses without a person, on fast world time; no proof of readiness
  dr-runbook drill … --parameter NAME=VALUE
                                          a value for a parameter, of which an unattended drill asks nobody; also for run and preflight
  dr-runbook drill … --engines real       runs the world's databases, and its caches where Redis is there, as real servers of this machine
  dr-runbook drill FOLDER --all           rehearses every runbook of a folder in every way that it names
  dr-runbook drills [PATH] [--json]       past drills and incidents of the runbooks in a folder, when each was last proven, what is due
  dr-runbook run FILE [--from STEP]       runs the steps on the live targets, with the gate at this terminal; takes over
                                          the run of this runbook that the editor began or that was interrupted,
                                          and asks first where another front still drives it
  dr-runbook export RUN [--format markdown|html|json]
                                          the incident log of a run
  dr-runbook verify FILE [--head HASH]    checks a journal's chain, against a head that was anchored elsewhere,
                                          and the files that hold long outputs whole

RUN is a run's name under the state folder, or a folder. --state-root FOLDER takes another state folder.

Exit codes: 0 done, or PASS; 1 the answer is no: FAIL, findings, a step that will fail, a broken chain, or a person
who closed the first question; 2 there is no answer: a wrong call, or what failed is said; 128 + N ended by signal N.`;
