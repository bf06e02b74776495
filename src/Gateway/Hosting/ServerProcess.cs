using Microsoft.Extensions.Options;

namespace Gateway.Hosting;

/// <summary>The process: starts, serves until it is told to stop, and says in one line each what keeps it from starting.</summary>
public static class ServerProcess
{
    /// <summary>sysexits' EX_USAGE.</summary>
    public const int BadUsage = 64;

    /// <summary>sysexits' EX_CONFIG.</summary>
    public const int BadConfiguration = 78;

    public static async Task<int> Run(string[] args, TextWriter output, TextWriter errors)
    {
        if (CommandLine.Parse(args, out var fault) is not { } line)
        {
            await errors.WriteLineAsync($"{fault}; see --help");
            return BadUsage;
        }

        if (line.Help)
        {
            await output.WriteLineAsync(CommandLine.Usage);
            return 0;
        }

        try
        {
            await using var app = GatewayApp.Build(line, builder => ClusterComposition.Add(builder, line));
            await app.RunAsync();
            return 0;
        }
        catch (ConfigurationException e)
        {
            await Tell(errors, e.Faults);
            return BadConfiguration;
        }
        catch (OptionsValidationException e)
        {
            await Tell(errors, e.Failures);
            return BadConfiguration;
        }
    }

    private static async Task Tell(TextWriter errors, IEnumerable<string> faults)
    {
        foreach (var fault in faults)
            await errors.WriteLineAsync(fault.ReplaceLineEndings(" "));
    }
}
