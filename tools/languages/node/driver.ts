// Runs a Pulumi program in TypeScript through the Automation API, which needs no language host.
//
// The protocol is that of ../driver/driver.go: a verb on each line of standard input, a JSON answer on each line of
// standard output. The arguments are folder, project and stack.
import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import * as readline from "node:readline";

interface Answer {
    ok: boolean;
    failure: string;
    output: string;
    changes: Record<string, number>;
    outputs: Record<string, unknown>;
}

const example = require.resolve("./example/index");

/** Loads the example anew, as each run of the CLI does; what it exports are the stack's outputs. */
async function program(): Promise<Record<string, unknown>> {
    delete require.cache[example];
    return require(example);
}

/** Lets the engine do what the verb says, and notes it in the answer. */
async function run(verb: string, stack: Stack, answer: Answer): Promise<void> {
    const options = { color: "never" as const, onOutput: (text: string) => (answer.output += text) };
    switch (verb) {
        case "preview":
            answer.changes = (await stack.preview({ ...options, diff: true })).changeSummary;
            return;
        case "up": {
            const { summary, outputs } = await stack.up(options);
            answer.changes = summary.resourceChanges ?? {};
            answer.outputs = Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
            return;
        }
        case "refresh":
        case "destroy":
            answer.changes = (await stack[verb](options)).summary.resourceChanges ?? {};
            return;
        default:
            throw new Error(`unknown verb ${verb}`);
    }
}

async function main(): Promise<void> {
    const [workDir, projectName, stackName] = process.argv.slice(2);
    const stack = await LocalWorkspace.createOrSelectStack({ stackName, projectName, program }, { workDir });
    for await (const verb of readline.createInterface({ input: process.stdin })) {
        const answer: Answer = { ok: true, failure: "", output: "", changes: {}, outputs: {} };
        await run(verb, stack, answer).catch((error) => {
            Object.assign(answer, { ok: false, failure: String(error) });
        });
        console.log(JSON.stringify(answer));
    }
}

main().catch((error) => {
    console.error(error);
    process.exitCode = 1;
});
