import assert from "node:assert/strict";
import * as vscode from "vscode";

const RUNBOOK = "---\ntitle: Shop\nowner: Lead\nreviewed: 2026-01-31\nfacts: shop.yaml\n---\n\n# Shop\n";
const FACTS = "contacts: [{ role: Lead, available: 24/7, phone: +44 20 7946 0958 }]\nescalation: [Boss]\n";

describe("shared facts in the editor", () => {
  const file = (name: string): vscode.Uri => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder, "the window shows a folder");
    return vscode.Uri.joinPath(folder.uri, name);
  };
  const write = (name: string, text: string): Thenable<void> => vscode.workspace.fs.writeFile(file(name), Buffer.from(text));
  const found = (name: string): string[] => vscode.languages.getDiagnostics(file(name)).map(({ code, range }) => `${String(code)} ${range.start.line}:${range.start.character}`);

  it("are checked while they are open and a runbook names them", async () => {
    await write("shop.runbook.md", RUNBOOK);
    await write("shop.yaml", FACTS);
    await write("other.yaml", FACTS);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file("other.yaml")));
    const document = await vscode.workspace.openTextDocument(file("shop.yaml"));
    await vscode.window.showTextDocument(document);
    await until(() => found("shop.yaml"), ["contact-unknown 1:13"]);
    const change = new vscode.WorkspaceEdit();
    change.replace(document.uri, document.lineAt(1).range, "escalation: [Lead]\npager: none");
    assert.equal(await vscode.workspace.applyEdit(change), true);
    await until(() => found("shop.yaml"), ["facts-unknown-key 2:0"]);
    assert.deepEqual(found("other.yaml"), [], "no runbook names it");
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });
});

async function until(read: () => readonly string[], wanted: readonly string[]): Promise<void> {
  for (let waited = 0; JSON.stringify(read()) !== JSON.stringify(wanted); waited += 50) {
    assert.ok(waited < 15_000, `${read().join(", ") || "nothing"} and not ${wanted.join(", ")} within 15 s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
