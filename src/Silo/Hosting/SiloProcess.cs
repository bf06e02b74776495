using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Silo.Storage;
using Silo.Telemetry;

namespace Silo.Hosting;

/// <summary>A silo as a process of its own: hosts grains, and answers probes over HTTP. Gateways are clients of it.</summary>
public static class SiloProcess
{
    private const string DefaultUrl = "http://127.0.0.1:8081";

    public const string Usage =
        """
        Usage: dotnet Orleans.Scheduler.Silo.dll [--urls URL[;URL]] [--Section:Key=VALUE …]
          --urls URL[;URL]                where /healthz/live and /healthz/ready are (default: http://127.0.0.1:8081)
          --Silo:Clustering=Postgres      join the cluster of that database (or Azure: of that table); without it the silo is alone
          --Silo:Storage=Postgres         and keep the state there (or Azure)
          --Silo:Postgres:ConnectionString=…   "Host=…;Database=…;Username=…"
          --Section:Key=VALUE             any setting; or from the environment, as Silo__SiloPort=11111
          --help
        """;

    public static async Task<int> Run(string[] args, TextWriter output, TextWriter errors)
    {
        if (args.Contains("--help") || args.Contains("-h"))
        {
            await output.WriteLineAsync(Usage);
            return 0;
        }

        if (Array.Find(args, a => !a.StartsWith("--", StringComparison.Ordinal) || !a.Contains('=', StringComparison.Ordinal)) is { } strange)
        {
            await errors.WriteLineAsync($"'{strange}' is not understood: every option is --Key=VALUE; see --help");
            return ExitCodes.BadUsage;
        }

        try
        {
            await using var app = Build(args);
            app.Services.GetService<IStartupValidator>()?.Validate();
            await app.RunAsync();
            return 0;
        }
        catch (OptionsValidationException e)
        {
            return await Tell(errors, e.Failures, ExitCodes.BadConfiguration);
        }
        catch (AggregateException e) when (e.InnerExceptions.All(i => i is OptionsValidationException))
        {
            return await Tell(errors, e.InnerExceptions.Cast<OptionsValidationException>().SelectMany(i => i.Failures), ExitCodes.BadConfiguration);
        }
        catch (InvalidOperationException e) when (e.InnerException is FormatException or InvalidCastException or ArgumentException)
        {
            // A value that is none of its type.
            return await Tell(errors, [e.Message], ExitCodes.BadConfiguration);
        }
        catch (StorageStartupException e)
        {
            return await Tell(errors, [e.Message], ExitCodes.NoStorage);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            return await Tell(errors, [e.Message], ExitCodes.NoAddress);
        }
    }

    internal static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(SiloProcess).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            Args = [.. args, "--hostBuilder:reloadConfigOnChange=false"],
        });
        var options = builder.Configuration.GetSection(SiloOptions.Section).Get<SiloOptions>() ?? new SiloOptions();
        AddLogging(builder, options);
        if (builder.AddOtlp("silo", options.Name) is { Count: > 0 } faults)
            throw new OptionsValidationException(OtlpOptions.Section, typeof(OtlpOptions), faults);
        builder.Services.AddMetrics().AddSingleton<MetricStore>().AddHostedService(s => s.GetRequiredService<MetricStore>());
        if (string.IsNullOrEmpty(builder.Configuration["urls"]) && string.IsNullOrEmpty(builder.Configuration["http_ports"]))
            builder.WebHost.UseUrls(DefaultUrl);
        builder.WebHost.ConfigureKestrel(static (KestrelServerOptions kestrel) => kestrel.AddServerHeader = false);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = options.StopWithin);
        builder.AddSchedulerSilo();
        builder.Services.AddSiloVitality();
        configure?.Invoke(builder);
        var app = builder.Build();
        SiloHealthApi.Map(app);
        app.MapGet("/metrics", static (MetricStore metrics) => TypedResults.Text(metrics.Render(), MetricStore.ContentType));
        return app;
    }

    private static void AddLogging(WebApplicationBuilder builder, SiloOptions options)
    {
        builder.Logging.ClearProviders();
        if (options.JsonLogs)
            builder.Logging.AddJsonLines();
        else
            builder.Logging.AddSimpleConsole(o => (o.SingleLine, o.TimestampFormat, o.UseUtcTimestamp) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ ", true));
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Orleans", LogLevel.Warning).AddFilter("Polly", LogLevel.Warning);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
    }

    private static async Task<int> Tell(TextWriter errors, IEnumerable<string> faults, int code)
    {
        foreach (var fault in faults)
            await errors.WriteLineAsync(fault.ReplaceLineEndings(" "));
        return code;
    }
}
