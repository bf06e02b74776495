using System.CommandLine;
using System.CommandLine.Invocation;
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
            var command = parsed.CommandResult.Command is RootCommand ? "sched" : "sched " + parsed.CommandResult.Command.Name;
            world.Error.WriteLine($"sched: {parsed.Errors[0].Message.TrimEnd('.')}; see '{command} --help'");
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

    internal static RootCommand Root(World world)
    {
        var globals = new Globals(world);
        var root = new RootCommand("Submits jobs to Orleans.Scheduler and shows what becomes of them.");
        globals.AddTo(root);
        Command[] commands =
        [
            SubmitCommand.Create(globals), ListCommand.Create(globals), ShowCommand.Create(globals), ExplainCommand.Create(globals),
            EventsCommand.Create(globals), .. JobActionCommands.Create(globals), NodesCommand.Create(globals), RacksCommand.Create(globals),
            PoolsCommand.Create(globals), QuotaCommand.Create(globals), ConfigCommand.Create(globals),
        ];
        foreach (var command in commands)
        {
            root.Add(command);
        }

        return root;
    }
}
