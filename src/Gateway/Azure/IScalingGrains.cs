using System.Collections.Immutable;
using Grains;
using Grains.Nodes;
using Grains.ScaleSets;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Gateway.Azure;

/// <summary>What a pool's capacity is planned from, and where the plan goes.</summary>
internal interface IScalingGrains
{
    /// <summary>See <see cref="Grains.Pools.IPoolGrain.GetDemand"/>.</summary>
    Task<ScaleDemand?> GetDemand(PoolId pool, long known, TimeSpan wait);

    /// <summary>See <see cref="Grains.Pools.IPoolGrain.SetEarmarks"/>.</summary>
    Task<bool> SetEarmarks(PoolId pool, ImmutableArray<MachineEarmark> earmarks, ImmutableArray<MachineEarmark> known);

    Task<ScaleSetState?> GetState(string set);

    /// <summary>Lists the pool, so that jobs can be submitted to it before it has nodes, and sets its scale set up, of which this leadership is the last from now on. Repeatable.</summary>
    Task<Answer> Configure(ScaleSetSpec spec, long leadership);

    Task<Answer> Want(string set, int capacity, string reason, ScaleBasis basis);

    Task<Answer> Protect(string set, ImmutableArray<string> instances, ScaleBasis basis);

    /// <summary>Null: the cluster has no such node.</summary>
    Task<NodeView?> GetNode(NodeId node);

    Task<Answer> Remove(string set, ImmutableArray<ScaleSetMachine> machines, string reason, ScaleBasis basis);
}
