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

    public Task SetEarmarks(PoolId pool, ImmutableArray<MachineEarmark> earmarks) => grains.GetGrain<IPoolGrain>(pool.Value).SetEarmarks(earmarks);

    public Task<ScaleSetState?> GetState(string set) => grains.GetGrain<IScaleSetGrain>(set).GetState();

    public async Task<Answer> Configure(ScaleSetSpec spec)
    {
        await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(spec.Pool);
        return await grains.GetGrain<IScaleSetGrain>(spec.Id).Configure(s_scaler, spec);
    }

    public Task<Answer> Want(string set, int capacity, string reason) => grains.GetGrain<IScaleSetGrain>(set).Want(s_scaler, capacity, reason);

    public Task<Answer> Protect(string set, ImmutableArray<string> instances) => grains.GetGrain<IScaleSetGrain>(set).Protect(s_scaler, instances);

    public Task<NodeView?> GetNode(NodeId node) => grains.GetGrain<INodeGrain>(node.Value).GetView();

    public Task<Answer> Remove(string set, ImmutableArray<ScaleSetMachine> machines, string reason) =>
        grains.GetGrain<IScaleSetGrain>(set).Remove(s_scaler, machines, reason);
}
