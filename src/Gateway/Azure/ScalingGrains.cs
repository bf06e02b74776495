using System.Collections.Immutable;
using Grains;
using Grains.Clusters;
using Grains.Nodes;
using Grains.Pools;
using Grains.ScaleSets;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Gateway.Azure;

/// <summary>Asks and tells the grains.</summary>
internal sealed class ScalingGrains(IGrainFactory grains) : IScalingGrains
{
    private static readonly Caller s_scaler = new() { Tenant = null, User = "system:scaler", Roles = CallerRoles.Operator };

    public Task<ScaleDemand?> GetDemand(PoolId pool, long known, TimeSpan wait) => grains.GetGrain<IPoolGrain>(pool.Value).GetDemand(known, wait);

    public Task<bool> SetEarmarks(PoolId pool, ImmutableArray<MachineEarmark> earmarks, ImmutableArray<MachineEarmark> known) =>
        grains.GetGrain<IPoolGrain>(pool.Value).SetEarmarks(earmarks, known);

    public Task<ScaleSetState?> GetState(string set) => grains.GetGrain<IScaleSetGrain>(set).GetState();

    public async Task<Answer> Configure(ScaleSetSpec spec, long leadership)
    {
        await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(spec.Pool);
        var set = grains.GetGrain<IScaleSetGrain>(spec.Id);
        var answer = await set.Configure(s_scaler, spec);
        return answer.IsDone ? await set.Lead(s_scaler, new ScaleBasis { Leadership = leadership }) : answer;
    }

    public Task<Answer> Want(string set, int capacity, string reason, ScaleBasis basis) => grains.GetGrain<IScaleSetGrain>(set).Want(s_scaler, capacity, reason, basis);

    public Task<Answer> Protect(string set, ImmutableArray<string> instances, ScaleBasis basis) => grains.GetGrain<IScaleSetGrain>(set).Protect(s_scaler, instances, basis);

    public Task<NodeView?> GetNode(NodeId node) => grains.GetGrain<INodeGrain>(node.Value).GetView();

    public Task<Answer> Remove(string set, ImmutableArray<ScaleSetMachine> machines, string reason, ScaleBasis basis) =>
        grains.GetGrain<IScaleSetGrain>(set).Remove(s_scaler, machines, reason, basis);
}
