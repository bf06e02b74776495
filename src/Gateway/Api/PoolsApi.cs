using System.Globalization;
using Gateway.Auth;
using Gateway.Calls;
using Gateway.Contracts;
using Gateway.Http;
using Gateway.OpenApi;
using Gateway.Validation;
using Grains.Pools;
using Microsoft.AspNetCore.Http.HttpResults;
using Scheduling.Model;

namespace Gateway.Api;

/// <summary>/pools: pools, their racks and their nodes.</summary>
internal static class PoolsApi
{
    private const string NoPool = "There is no such pool.";

    public static void Map(RouteGroupBuilder v1)
    {
        var pools = v1.MapGroup("").WithTags("Pools");
        pools.MapGet("/pools", List).WithName("ListPools").WithSummary("All pools").Answers(429, 503);
        pools.MapGet("/pools/{pool}", Get).WithName("GetPool").WithSummary("A pool at a glance").Answers(404, 429, 503);
        pools.MapGet("/pools/{pool}/racks", ListRacks).WithName("ListRacks").WithSummary("A pool's racks, in name order")
            .TakesQuery("maxpagesize", "continuationToken").Answers(400, 404, 429, 503);
        pools.MapGet("/pools/{pool}/racks/{rack}", GetRack).WithName("GetRack").WithSummary("A rack with its nodes").Answers(404, 429, 503);
        pools.MapGet("/pools/{pool}/nodes", ListNodes).WithName("ListNodes").WithSummary("A pool's nodes, rack by rack")
            .TakesQuery("maxpagesize", "continuationToken").Answers(400, 404, 429, 503);
    }

    private static async Task<Ok<PoolList>> List(HttpContext context, PoolReader pools) =>
        TypedResults.Ok(new PoolList { Value = [.. (await pools.All(context.RequestAborted)).Select(ClusterMapper.ToContract)] });

    private static async Task<Results<Ok<Pool>, ApiProblem>> Get(string pool, HttpContext context, PoolReader pools) =>
        await pools.Find(pool, context.RequestAborted) is { } view ? TypedResults.Ok(ClusterMapper.ToContract(view)) : ApiProblem.NotFound(NoPool);

    private static async Task<Results<Ok<RackList>, ApiProblem>> ListRacks(string pool, HttpContext context, PoolReader pools, RackReader racks)
    {
        if (await pools.Known(pool, context.RequestAborted) is not { } known)
            return ApiProblem.NotFound(NoPool);
        var list = $"racks|{pool}";
        if (!Paging.TryRead(context.Request.Query, list, out var page, out var problem))
            return problem!;
        var views = await racks.List(known, page.After, page.Size + 1, context.RequestAborted);
        return TypedResults.Ok(new RackList
        {
            Value = [.. views.Take(page.Size).Select(ClusterMapper.ToSummary)],
            NextLink = Paging.NextLink(context.Request, list, views.Length > page.Size ? views[page.Size - 1].Spec.Rack.Value : null),
        });
    }

    private static async Task<Results<Ok<Rack>, ApiProblem>> GetRack(string pool, string rack, HttpContext context, PoolReader pools, RackReader racks)
    {
        if (await pools.Known(pool, context.RequestAborted) is not { } known)
            return ApiProblem.NotFound(NoPool);
        return Rules.IsMachineName(rack) && await racks.Find(RackId.Of(known, rack), context.RequestAborted) is { } view
            ? TypedResults.Ok(ClusterMapper.ToContract(view, Callers.Of(context).IsOperator))
            : ApiProblem.NotFound("There is no such rack in this pool.");
    }

    private static async Task<Results<Ok<NodeList>, ApiProblem>> ListNodes(string pool, HttpContext context, PoolReader pools, RackReader racks)
    {
        if (await pools.Known(pool, context.RequestAborted) is not { } known)
            return ApiProblem.NotFound(NoPool);
        var list = $"nodes|{pool}";
        if (!Paging.TryRead(context.Request.Query, list, out var page, out var problem))
            return problem!;
        var (value, after) = await ReadNodes(known, page, racks, context.RequestAborted);
        return TypedResults.Ok(new NodeList { Value = value, NextLink = Paging.NextLink(context.Request, list, after) });
    }

    /// <summary>Fills a page from as many racks as it takes. A page may stop inside a rack: its token is "slots shown|rack before it".</summary>
    private static async ValueTask<(List<NodeSummary> Nodes, string? After)> ReadNodes(
        PoolId pool, PageRequest page, RackReader racks, CancellationToken cancellationToken)
    {
        var (shownInFirst, before) = ParseToken(page.After);
        var nodes = new List<NodeSummary>(page.Size);
        while (true)
        {
            var batch = Math.Clamp((page.Size - nodes.Count) / 16 + 1, 1, Limits.MaxPageSize);
            var views = await racks.List(pool, before, batch, cancellationToken);
            foreach (var view in views)
            {
                var here = ClusterMapper.NodesOf(view);
                var rest = here.Count - shownInFirst;
                if (rest > page.Size - nodes.Count)
                {
                    var taken = page.Size - nodes.Count;
                    nodes.AddRange(here.Skip(shownInFirst).Take(taken));
                    return (nodes, string.Create(CultureInfo.InvariantCulture, $"{shownInFirst + taken}|{before}"));
                }

                nodes.AddRange(here.Skip(shownInFirst));
                (shownInFirst, before) = (0, view.Spec.Rack.Value);
            }

            if (views.Length < batch)
                return (nodes, null);
        }
    }

    private static (int Shown, string? Before) ParseToken(string? token)
    {
        if (token is null)
            return (0, null);
        var bar = token.IndexOf('|', StringComparison.Ordinal);
        var before = token[(bar + 1)..];
        return (int.Parse(token.AsSpan(0, bar), CultureInfo.InvariantCulture), before.Length == 0 ? null : before);
    }
}

/// <summary>Reads pools that exist; a name that does not never wakes a grain.</summary>
public sealed class PoolReader(IGrainFactory grains, GrainCalls calls, KnownPools known)
{
    public async ValueTask<PoolId?> Known(string pool, CancellationToken cancellationToken) =>
        Rules.IsName(pool) && await known.Exists(new PoolId(pool), cancellationToken) ? new PoolId(pool) : null;

    public async ValueTask<PoolView?> Find(string pool, CancellationToken cancellationToken) =>
        await Known(pool, cancellationToken) is { } id ? await Read(id, cancellationToken) : null;

    public async ValueTask<PoolView[]> All(CancellationToken cancellationToken)
    {
        var pools = (await known.Get(cancellationToken)).Pools;
        return await Task.WhenAll(pools.Select(p => Read(p, cancellationToken).AsTask()));
    }

    public ValueTask<PoolView> Read(PoolId pool, CancellationToken cancellationToken) =>
        calls.Repeat((grains, pool), static s => s.grains.GetGrain<IPoolGrain>(s.pool.Value).GetView(), cancellationToken);
}
