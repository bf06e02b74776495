using System.CommandLine;
using Cli.Http;
using Cli.Input;
using Cli.Output;

namespace Cli;

/// <summary>The options of every command, and what they lead to.</summary>
internal sealed class Globals(World world)
{
    private readonly Option<string?> _server = new("--server") { Description = "The gateway's URL (or SCHED_SERVER)", Recursive = true, HelpName = "URL" };
    private readonly Option<string?> _tokenFile = new("--token-file")
    {
        Description = "A file with the bearer token (or SCHED_TOKEN, SCHED_TOKEN_FILE)",
        Recursive = true,
        HelpName = "FILE",
    };

    private readonly Option<string?> _output = new("--output", "-o") { Description = "table, wide, json, yaml or name", Recursive = true, HelpName = "FORMAT" };
    private readonly Option<bool> _noColor = new("--no-color") { Description = "No colours (or NO_COLOR)", Recursive = true };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "No messages, only results and errors", Recursive = true };
    private readonly Option<string?> _timeout = new("--timeout")
    {
        Description = "How long one call may take with all its retries (60s)",
        Recursive = true,
        HelpName = "TIME",
    };

    public World World => world;

    public void AddTo(Command root)
    {
        foreach (var option in new Option[] { _server, _tokenFile, _output, _noColor, _quiet, _timeout })
        {
            root.Add(option);
        }
    }

    public Settings Settings(ParseResult parsed) =>
        Cli.Settings.Find(world.Environment, parsed.GetValue(_server), parsed.GetValue(_tokenFile), parsed.GetValue(_output));

    public bool IsQuiet(ParseResult parsed) => parsed.GetValue(_quiet);

    public SchedClient Client(ParseResult parsed, TimeSpan? deadline = null, int tries = 6, int connections = 16)
    {
        var settings = Settings(parsed);
        var timeout = deadline ?? Duration.ParseOr("--timeout", parsed.GetValue(_timeout), TimeSpan.FromSeconds(60));
        return new SchedClient(settings.ServerUri(), settings.Token(), timeout, world.Time, tries, connections);
    }

    public Printer Printer(ParseResult parsed) => new(world, Settings(parsed).Format(), parsed.GetValue(_noColor), parsed.GetValue(_quiet));
}
