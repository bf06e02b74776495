using Gateway.Contracts;
using Gateway.Http;
using Gateway.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Gateway.Api;

/// <summary>/cluster/summary: everything there is, in numbers.</summary>
internal static class ClusterApi
{
    public static void Map(RouteGroupBuilder v1) =>
        v1.MapGet("/cluster/summary", Get).WithTags("Cluster").WithName("GetClusterSummary").WithSummary("Everything there is, summed over pools").Answers(429, 503);

    private static async Task<Ok<ClusterSummary>> Get(HttpContext context, PoolReader pools) =>
        TypedResults.Ok(ClusterMapper.Sum(await pools.All(context.RequestAborted)));
}
