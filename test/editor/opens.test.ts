import assert from "node:assert/strict";
import * as vscode from "vscode";

const extensionId = "dr-runbook.dr-runbook";

describe("a runbook in VS Code", () => {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const fixture = (name: string): vscode.Uri => {
    assert.ok(folder);
    return vscode.Uri.joinPath(folder, name);
  };

  afterEach(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  });

  it("opens as a notebook by its name, which activates the extension", async () => {
    await vscode.commands.executeCommand("vscode.open", fixture("small.runbook.md"));
    await until(() => vscode.window.activeNotebookEditor !== undefined, "a notebook editor");
    const notebook = vscode.window.activeNotebookEditor?.notebook;
    assert.equal(notebook?.notebookType, "dr-runbook");
    const commands = notebook.getCells().filter((cell) => cell.kind === vscode.NotebookCellKind.Code);
    assert.deepEqual(commands.map((cell) => cell.document.languageId), ["shellscript", "shellscript"]);
    assert.equal(vscode.extensions.getExtension(extensionId)?.isActive, true);
  });

  it("saves an unchanged runbook byte for byte, with VS Code's whitespace trimming on", async () => {
    const uri = fixture("small.runbook.md");
    const before = await vscode.workspace.fs.readFile(uri);
    const settings = vscode.workspace.getConfiguration("files");
    assert.equal(settings.get("trimTrailingWhitespace"), true);
    assert.equal(settings.get("insertFinalNewline"), true);
    const notebook = await open(uri);
    // An edit and its opposite leave the text as it was, and the document to be saved.
    const cell = firstCommand(notebook);
    await edit(cell.document.uri, (change, uriOfCell) => change.insert(uriOfCell, new vscode.Position(0, 0), "x"));
    await edit(cell.document.uri, (change, uriOfCell) => change.delete(uriOfCell, new vscode.Range(0, 0, 0, 1)));
    assert.equal(await notebook.save(), true);
    assert.deepEqual(Buffer.from(await vscode.workspace.fs.readFile(uri)).toString(), Buffer.from(before).toString());
  });

  it("writes an edit of one cell into its own span only", async () => {
    const uri = fixture("edited.runbook.md");
    const before = Buffer.from(await vscode.workspace.fs.readFile(fixture("small.runbook.md"))).toString();
    await vscode.workspace.fs.writeFile(uri, Buffer.from(before));
    const notebook = await open(uri);
    const cell = firstCommand(notebook);
    const at = cell.document.getText().indexOf("pods");
    await edit(cell.document.uri, (change, uriOfCell) => change.replace(uriOfCell, new vscode.Range(0, at, 0, at + 4), "services"));
    assert.equal(await notebook.save(), true);
    assert.equal(Buffer.from(await vscode.workspace.fs.readFile(uri)).toString(), before.replace("kubectl get pods", "kubectl get services"));
  });

  it("keeps outputs out of the file", async () => {
    const uri = fixture("outputs.runbook.md");
    const before = Buffer.from(await vscode.workspace.fs.readFile(fixture("small.runbook.md"))).toString();
    await vscode.workspace.fs.writeFile(uri, Buffer.from(before));
    const notebook = await open(uri);
    const index = firstCommand(notebook).index;
    const controller = vscode.notebooks.createNotebookController("test-controller", "dr-runbook", "Test");
    try {
      await vscode.commands.executeCommand("notebook.selectKernel", { id: "test-controller", extension: extensionId });
      controller.executeHandler = async (cells) => {
        for (const cell of cells) {
          const execution = controller.createNotebookCellExecution(cell);
          execution.start();
          await execution.replaceOutput(new vscode.NotebookCellOutput([vscode.NotebookCellOutputItem.text("secret output")]));
          execution.end(true);
        }
      };
      await vscode.commands.executeCommand("notebook.cell.execute", { ranges: [{ start: index, end: index + 1 }], document: uri });
      await until(() => notebook.cellAt(index).outputs.length > 0, "an output");
      await notebook.save();
    } finally {
      controller.dispose();
    }
    assert.equal(Buffer.from(await vscode.workspace.fs.readFile(uri)).toString(), before);
  });
});

async function open(uri: vscode.Uri): Promise<vscode.NotebookDocument> {
  const notebook = await vscode.workspace.openNotebookDocument(uri);
  await vscode.window.showNotebookDocument(notebook);
  return notebook;
}

function firstCommand(notebook: vscode.NotebookDocument): vscode.NotebookCell {
  const cell = notebook.getCells().find((candidate) => candidate.kind === vscode.NotebookCellKind.Code);
  assert.ok(cell, "the notebook has a command cell");
  return cell;
}

async function edit(uri: vscode.Uri, make: (change: vscode.WorkspaceEdit, uri: vscode.Uri) => void): Promise<void> {
  const change = new vscode.WorkspaceEdit();
  make(change, uri);
  assert.equal(await vscode.workspace.applyEdit(change), true);
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, `${what} within 10 s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
