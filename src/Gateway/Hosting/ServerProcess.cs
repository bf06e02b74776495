using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Silo.Hosting;
using Silo.Storage;

namespace Gateway.Hosting;

/// <summary>The process: starts, serves until it is told to stop, and says in one line each what keeps it from starting.</summary>
public static class ServerProcess
{
    public static async Task<int> Run(string[] args, TextWriter output, TextWriter errors)
    {
        if (args is ["store", .. var store])
            return await StoreCommand.Run(store, output, errors);
        if (CommandLine.Parse(args, out var fault) is not { } line)
        {
            await errors.WriteLineAsync($"{fault}; see --help");
            return ExitCodes.BadUsage;
        }

        if (line.Help)
        {
            await output.WriteLineAsync(CommandLine.Usage);
            return 0;
        }

        try
        {
            await using var app = GatewayApp.Build(line, builder => ClusterComposition.Add(builder, line));
            CheckOptions(app.Services);
            await ClusterComposition.Check(app.Services, CancellationToken.None);
            await app.RunAsync();
            return 0;
        }
        catch (ConfigurationException e)
        {
            await Tell(errors, e.Faults);
            return ExitCodes.BadConfiguration;
        }
        catch (OptionsValidationException e)
        {
            await Tell(errors, e.Failures);
            return ExitCodes.BadConfiguration;
        }
        catch (StorageStartupException e)
        {
            await Tell(errors, [e.Message]);
            return ExitCodes.NoStorage;
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await Tell(errors, [e.Message]);
            return ExitCodes.NoAddress;
        }
    }

    /// <summary>What the host would do at its start, but with the faults of every section together and without a stack trace in the log.</summary>
    private static void CheckOptions(IServiceProvider services)
    {
        try
        {
            services.GetService<IStartupValidator>()?.Validate();
        }
        catch (AggregateException e) when (e.InnerExceptions.All(i => i is OptionsValidationException))
        {
            throw new ConfigurationException([.. e.InnerExceptions.Cast<OptionsValidationException>().SelectMany(i => i.Failures)]);
        }
        catch (InvalidOperationException e)
        {
            // A value that is none of its type.
            throw new ConfigurationException([e.Message]);
        }
    }

    private static async Task Tell(TextWriter errors, IEnumerable<string> faults)
    {
        foreach (var fault in faults)
            await errors.WriteLineAsync(fault.ReplaceLineEndings(" "));
    }
}
