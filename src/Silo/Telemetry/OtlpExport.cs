using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Silo.Storage;

namespace Silo.Telemetry;

/// <summary>Sends traces, metrics and logs by OTLP, once an endpoint is set; any collector takes it, Datadog's agent among them.</summary>
public static class OtlpExport
{
    /// <summary>Requests, the calls of and between grains where Orleans traces them, writes of the store, and statements of a database.</summary>
    private static readonly string[] Sources = ["Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime", StorageTrace.Source, "Npgsql"];

    /// <summary>What /metrics has, and what the runtime and Orleans say of themselves.</summary>
    private static readonly string[] Meters = ["Orleans.Scheduler.*", "System.Runtime", "Microsoft.Orleans"];

    /// <param name="builder">The host.</param>
    /// <param name="service">What the process is: gateway, silo.</param>
    /// <param name="name">Which of them; null: as the machine is called.</param>
    /// <returns>Everything that is wrong with the settings.</returns>
    public static IReadOnlyList<string> AddOtlp(this IHostApplicationBuilder builder, string service, string? name = null)
    {
        var options = new OtlpOptions();
        try
        {
            builder.Configuration.GetSection(OtlpOptions.Section).Bind(options);
        }
        catch (InvalidOperationException e)
        {
            return [e.Message];
        }

        var errors = options.Errors().ToList();
        if (options.Endpoint is null || errors.Count > 0)
            return errors;

        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(r => r.Clear().AddService(
            $"orleans-scheduler-{service}", serviceNamespace: "orleans-scheduler", serviceVersion: typeof(OtlpExport).Assembly.GetName().Version?.ToString(),
            autoGenerateServiceInstanceId: false, serviceInstanceId: name ?? Environment.MachineName));
        if (options.Traces)
        {
            telemetry.WithTracing(traces => traces
                .SetSampler(new ParentBasedSampler(new RequestSampler(options.TracesPerThousand)))
                .AddAspNetCoreInstrumentation(o => o.Filter = static context => !IsOfMachines(context.Request.Path))
                .AddSource(Sources)
                .AddOtlpExporter(o => Set(o, options, "v1/traces")));
        }

        if (options.Metrics)
        {
            telemetry.WithMetrics(metrics => metrics.AddMeter(Meters).AddOtlpExporter((o, reader) =>
            {
                Set(o, options, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.MetricsEvery.TotalMilliseconds;
            }));
        }

        if (options.Logs)
        {
            builder.Logging.AddOpenTelemetry(logs =>
            {
                (logs.IncludeFormattedMessage, logs.IncludeScopes) = (true, false);
                logs.AddOtlpExporter(o => Set(o, options, "v1/logs"));
            });
        }

        return [];
    }

    private static void Set(OtlpExporterOptions exporter, OtlpOptions options, string path)
    {
        exporter.Protocol = options.Protocol == OtlpTransport.Http ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Endpoint = options.Protocol == OtlpTransport.Http ? new Uri($"{options.Endpoint!.ToString().TrimEnd('/')}/{path}") : options.Endpoint!;
        if (options.HeadersFile is { } file)
            exporter.Headers = File.ReadAllText(file).Trim();
    }

    /// <summary>Probes and scrapes, which nobody wants to read about.</summary>
    private static bool IsOfMachines(Microsoft.AspNetCore.Http.PathString path) => path.StartsWithSegments("/healthz") || path.StartsWithSegments("/metrics");
}
