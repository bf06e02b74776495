using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Cli.Commands;

namespace Cli;

/// <summary>Parses the command line, runs the command, and turns whatever went wrong into one line and an exit code.</summary>
internal static class App
{
    public static async Task<int> Run(IReadOnlyList<string> args, World world)
    {
        // No response files: an argument that starts with '@' is an argument.
        var parsed = Root(world).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            world.Error.WriteLine($"sched: {Output.Plain.Line(Wrong(parsed))}; see '{CommandPath(parsed)} --help'");
            return ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = world.Out,
                Error = world.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
            });
        }
        catch (CliException e)
        {
            world.Error.WriteLine("sched: " + Output.Plain.Line(e.Message));
            return e.ExitCode;
        }
        catch (OperationCanceledException)
        {
            // The server decides about jobs, not this process: stopping it never stops a job.
            world.Error.WriteLine("sched: interrupted; what was submitted goes on (see 'sched list', end it with 'sched cancel')");
            return ExitCode.Interrupted;
        }
        catch (IOException e)
        {
            world.Error.WriteLine("sched: " + Output.Plain.Line(e.Message));
            return ExitCode.Failure;
        }
    }

    private static string Wrong(ParseResult parsed) => parsed.UnmatchedTokens is [var unknown, ..]
        ? $"'{unknown}' is no command or option here"
        : parsed.Errors[0].Message.TrimEnd('.');

    private static string CommandPath(ParseResult parsed)
    {
        var names = new List<string>();
        for (SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
        {
            if (at is CommandResult { Command: var command })
            {
                names.Add(command is RootCommand ? "sched" : command.Name);
            }
        }

        names.Reverse();
        return string.Join(' ', names);
    }

    internal static RootCommand Root(World world)
    {
        var globals = new Globals(world);
        var root = new RootCommand("Submits jobs to Orleans.Scheduler and shows what becomes of them.");
        globals.AddTo(root);
        Command[] commands =
        [
            SubmitCommand.Create(globals), ListCommand.Create(globals), ShowCommand.Create(globals), ExplainCommand.Create(globals),
            EventsCommand.Create(globals), .. JobActionCommands.Create(globals), ScaleCommand.Create(globals), NodesCommand.Create(globals), RacksCommand.Create(globals),
            PoolsCommand.Create(globals), QuotaCommand.Create(globals), WhatIfCommand.Create(globals), ReplayCommand.Create(globals), ConfigCommand.Create(globals),
        ];
        foreach (var command in commands)
        {
            root.Add(command);
        }

        return root;
    }
}
