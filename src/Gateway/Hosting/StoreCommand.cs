using Microsoft.Extensions.Logging.Abstractions;
using Silo;
using Silo.Hosting;
using Silo.Transfer;

namespace Gateway.Hosting;

/// <summary>"store …" instead of serving: what an operator does to a whole store.</summary>
internal static class StoreCommand
{
    public const string Usage =
        """
        Usage: dotnet Orleans.Scheduler.Gateway.dll store export FILE [options]   all of a store into a new file; no server may use it
               dotnet Orleans.Scheduler.Gateway.dll store import FILE [options]   out of a file into an empty store, of whatever kind
               dotnet Orleans.Scheduler.Gateway.dll store check  FILE             reads a file to its end
               dotnet Orleans.Scheduler.Gateway.dll store backup FILE [options]   a copy of the data folder's database, while its server may run
          --data DIR           the data folder (default: ./data)
          --Section:Key=VALUE  any setting, for example --Silo:Storage=Postgres
        """;

    /// <summary>EX_DATAERR of sysexits: it could not be done.</summary>
    public const int Failed = 65;

    public static async Task<int> Run(string[] args, TextWriter output, TextWriter errors)
    {
        if (args is not [("export" or "import" or "check" or "backup") and var verb, { Length: > 0 } file, .. var rest] || CommandLine.Parse(rest, out _) is not { Help: false } line)
        {
            await errors.WriteLineAsync(Usage);
            return args is ["--help" or "-h"] ? 0 : ExitCodes.BadUsage;
        }

        var options = Options(line);
        if (StoreTool.Faults(options).ToList() is { Count: > 0 } faults)
        {
            foreach (var fault in faults)
                await errors.WriteLineAsync(fault);
            return ExitCodes.BadConfiguration;
        }

        try
        {
            using var tool = new StoreTool(options, NullLoggerFactory.Instance, TimeProvider.System);
            switch (verb)
            {
                case "export":
                    await output.WriteLineAsync($"exported {await tool.Export(file, CancellationToken.None)} to {file}");
                    break;
                case "import":
                    await output.WriteLineAsync($"imported {await tool.Import(file, CancellationToken.None)}");
                    break;
                case "check":
                    await output.WriteLineAsync($"{file} is whole: {await StoreTool.Check(file, CancellationToken.None)}");
                    break;
                default:
                    await tool.Backup(file);
                    await output.WriteLineAsync($"backed up to {file}");
                    break;
            }

            return 0;
        }
        catch (TransferException e)
        {
            await errors.WriteLineAsync(e.Message.ReplaceLineEndings(" "));
            return Failed;
        }
    }

    /// <summary>As the server reads them: appsettings.json beside the program, the environment, the command line.</summary>
    private static SiloOptions Options(CommandLine line)
    {
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddEnvironmentVariables()
            .AddInMemoryCollection(line.Settings)
            .Build();
        var options = configuration.GetSection(SiloOptions.Section).Get<SiloOptions>() ?? new SiloOptions();
        options.DataFolder = line.Data ?? options.DataFolder;
        return options;
    }
}
