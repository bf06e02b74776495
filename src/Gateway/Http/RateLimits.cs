using System.Threading.RateLimiting;
using Gateway.Hosting;
using Grains;
using Microsoft.AspNetCore.RateLimiting;

namespace Gateway.Http;

/// <summary>Marks endpoints whose requests stay open: they count against the stream limit instead of the request limit.</summary>
internal sealed class LongLived
{
    public static LongLived Instance { get; } = new();
}

/// <summary>Marks endpoints that must answer even under load.</summary>
internal sealed class Unlimited
{
    public static Unlimited Instance { get; } = new();
}

/// <summary>A token bucket per tenant, and limits on what is in progress at once.</summary>
internal static class RateLimits
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(100);

    public static void AddGatewayRateLimits(this IServiceCollection services, GatewayOptions options) =>
        services.AddRateLimiter(limiter =>
        {
            limiter.GlobalLimiter = PartitionedRateLimiter.CreateChained(Concurrency(options), PerTenant(options));
            limiter.OnRejected = static (context, _) =>
            {
                var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
                return new ValueTask(ApiProblem.TooManyRequests(wait).ExecuteAsync(context.HttpContext));
            };
        });

    private static PartitionedRateLimiter<HttpContext> Concurrency(GatewayOptions options)
    {
        var requests = new ConcurrencyLimiterOptions { PermitLimit = options.ConcurrentRequests, QueueLimit = 0 };
        var streams = new ConcurrencyLimiterOptions { PermitLimit = options.Streams, QueueLimit = 0 };
        return PartitionedRateLimiter.Create<HttpContext, string>(context =>
        {
            var metadata = context.GetEndpoint()?.Metadata;
            if (metadata?.GetMetadata<Unlimited>() is not null)
                return RateLimitPartition.GetNoLimiter("unlimited");
            return metadata?.GetMetadata<LongLived>() is null
                ? RateLimitPartition.GetConcurrencyLimiter("requests", _ => requests)
                : RateLimitPartition.GetConcurrencyLimiter("streams", _ => streams);
        });
    }

    private static PartitionedRateLimiter<HttpContext> PerTenant(GatewayOptions options)
    {
        var perPeriod = Math.Max(1, (int)(options.RequestsPerSecond * s_period.TotalSeconds));
        var bucket = new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.RequestBurst,
            TokensPerPeriod = perPeriod,
            ReplenishmentPeriod = s_period * perPeriod / (options.RequestsPerSecond * s_period.TotalSeconds),
            QueueLimit = 0,
            AutoReplenishment = false,
        };
        return PartitionedRateLimiter.Create<HttpContext, string>(context =>
            context.GetEndpoint()?.Metadata.GetMetadata<Unlimited>() is not null
                ? RateLimitPartition.GetNoLimiter("unlimited")
                : RateLimitPartition.GetTokenBucketLimiter(PartitionOf(context), _ => bucket));
    }

    /// <summary>The tenant; operators without one share a bucket, and so do requests without a valid token.</summary>
    private static string PartitionOf(HttpContext context) =>
        context.Features.Get<Caller>() is { } caller ? caller.Tenant?.Value ?? "(operators)" : "(anonymous)";
}
