using Gateway.Auth;
using Gateway.Hosting;
using Gateway.Http;
using Silo.Telemetry;

namespace Gateway.Telemetry;

/// <summary>/metrics, for Prometheus.</summary>
internal static class MetricsApi
{
    public static void Map(IEndpointRouteBuilder app, GatewayOptions options)
    {
        var route = app.MapGet("/metrics", Get).WithName("GetMetrics").WithTags("Health").WithSummary("Metrics in Prometheus' text format")
            .Produces<string>(200, "text/plain").WithMetadata(Unlimited.Instance);
        if (options.AnonymousMetrics)
            route.AllowAnonymous();
        else
            route.RequireAuthorization(Policies.Operate);
    }

    private static async Task<IResult> Get(HttpContext context, MetricStore store, PoolGauges pools)
    {
        await pools.Refresh(context.RequestAborted);
        return TypedResults.Text(store.Render(), MetricStore.ContentType);
    }
}
