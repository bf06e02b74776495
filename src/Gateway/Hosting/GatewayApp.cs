using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Api;
using Gateway.Auth;
using Gateway.Azure.Hooks;
using Gateway.Calls;
using Gateway.Contracts;
using Gateway.Health;
using Gateway.Http;
using Gateway.OpenApi;
using Gateway.Telemetry;
using Gateway.Validation;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Silo.Hosting;
using Silo.Telemetry;

namespace Gateway.Hosting;

/// <summary>Puts the server together. What is behind the API is handed in, so that tests can put something else there.</summary>
public static partial class GatewayApp
{
    private const long DrainedBodyBytes = 4 * 1024 * 1024;

    /// <param name="addCluster">Adds the grain factory, storage and backends.</param>
    /// <exception cref="ConfigurationException">Everything that is wrong with the configuration.</exception>
    public static WebApplication Build(CommandLine line, Action<WebApplicationBuilder> addCluster, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(GatewayApp).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
        builder.Configuration.AddInMemoryCollection(line.Settings);
        builder.Logging.ClearProviders();
        configure?.Invoke(builder);

        var options = Bind<GatewayOptions>(builder.Configuration, GatewayOptions.Section);
        var auth = Bind<AuthOptions>(builder.Configuration, AuthOptions.Section);
        var urls = Loopback.ConfiguredUrls(builder.Configuration);
        var faults = OptionsCheck.Faults(options, auth, urls);
        var classes = PriorityClasses.Of(Bind<Dictionary<string, PriorityClass>>(builder.Configuration, PriorityClasses.Section), faults);
        faults.AddRange(builder.AddOtlp("gateway", builder.Configuration["POD_NAME"]));
        if (faults.Count > 0)
            throw new ConfigurationException(faults);

        if (!builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
            builder.WebHost.UseUrls([.. urls]);
        AddLogging(builder, options);
        AddServices(builder.Services, options, auth);
        builder.Services.AddSingleton(classes);
        ConfigureKestrel(builder);
        addCluster(builder);

        var app = builder.Build();
        MapPipeline(app, options);
        if (auth.IsLocalOnly)
            LogLocalOnly(app.Logger, string.Join(';', urls));
        return app;
    }

    private static T Bind<T>(ConfigurationManager configuration, string section) where T : class, new()
    {
        try
        {
            return configuration.GetSection(section).Get<T>() ?? new T();
        }
        catch (InvalidOperationException e)
        {
            throw new ConfigurationException([e.Message]);
        }
    }

    private static void AddLogging(WebApplicationBuilder builder, GatewayOptions options)
    {
        if (options.JsonLogs)
            builder.Logging.AddJsonLines();
        else
            builder.Logging.AddSimpleConsole(o => (o.SingleLine, o.TimestampFormat, o.UseUtcTimestamp) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ ", true));
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

        // Orleans places through Polly, which would tell of every activation.
        builder.Logging.AddFilter("Orleans", LogLevel.Warning).AddFilter("Polly", LogLevel.Warning);

        // Otherwise every request would get an Activity that nobody reads.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
    }

    private static void AddServices(IServiceCollection services, GatewayOptions options, AuthOptions auth)
    {
        services.AddSingleton<TimeProvider>(new SteadyTime(TimeProvider.System));
        services.AddSingleton(options);
        services.AddMetrics();
        services.AddSingleton<GatewayInstruments>().AddSingleton<PoolGauges>().AddSingleton<MetricStore>();
        services.AddHostedService(static s => s.GetRequiredService<MetricStore>());
        services.AddSingleton<GrainCalls>().AddSingleton<KnownPools>().AddSingleton<PendingLimit>();
        services.AddSingleton<JobSubmission>().AddSingleton<WhatIfApi.WhatIfAsker>().AddSingleton<JobReader>().AddSingleton<JobActions>().AddSingleton<JobEvents>();
        services.AddSingleton<PoolReader>().AddSingleton<RackReader>().AddSingleton<NodeActions>().AddSingleton<QuotaReader>();
        services.AddSingleton<Readiness>();
        services.AddGatewayAuth(auth);
        services.AddGatewayRateLimits(options);
        services.AddGatewayOpenApi();
        services.AddRequestTimeouts(o => o.DefaultPolicy = new() { Timeout = options.RequestTimeout, TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable });
        services.Configure<HostOptions>(o => o.ShutdownTimeout = options.ShutdownTimeout);
        services.Configure<JsonOptions>(static o => UseContracts(o.SerializerOptions));
    }

    /// <summary>The contracts' own settings, so that the generated writers are used and nothing is reflected over.</summary>
    private static void UseContracts(JsonSerializerOptions json)
    {
        json.TypeInfoResolverChain.Insert(0, ContractsJson.Default);
        json.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        json.PropertyNameCaseInsensitive = false;
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.AllowDuplicateProperties = false;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;

        // For what is written, schemas among it. What is read is bounded by the contracts themselves.
        json.MaxDepth = 4 * Contracts.Limits.MaxJsonDepth;
    }

    private static void ConfigureKestrel(WebApplicationBuilder builder)
    {
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(static (KestrelServerOptions kestrel) =>
        {
            kestrel.AddServerHeader = false;

            // More than a body may have: so much is read and thrown away, so that the client gets its 413 instead of a broken pipe.
            kestrel.Limits.MaxRequestBodySize = DrainedBodyBytes;
            kestrel.Limits.MaxRequestLineSize = 8 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 64;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        });
    }

    private static void MapPipeline(WebApplication app, GatewayOptions options)
    {
        app.UseMiddleware<Edge>();
        app.UseRouting();
        app.UseRequestTimeouts();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        var v1 = app.MapGroup("/api/v1");
        JobsApi.Map(v1);
        JobActionsApi.Map(v1);
        JobEventsApi.Map(v1);
        ExplainApi.Map(v1);
        PoolsApi.Map(v1);
        PoolReplayApi.Map(v1);
        WhatIfApi.Map(v1);
        NodesApi.Map(v1);
        QuotasApi.Map(v1);
        ClusterApi.Map(v1);
        HealthApi.Map(app);
        AzureHooksApi.Map(app);
        MetricsApi.Map(app, options);
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
    }

    [LoggerMessage(1301, LogLevel.Warning, "No Auth:Issuer is configured: everyone on this machine is the admin, and nobody else gets in. Listening on {Urls}")]
    private static partial void LogLocalOnly(ILogger logger, string urls);
}

/// <summary>The configuration is wrong; the server does not start.</summary>
public sealed class ConfigurationException(IReadOnlyList<string> faults) : Exception(string.Join("; ", faults))
{
    public IReadOnlyList<string> Faults { get; } = faults;
}
