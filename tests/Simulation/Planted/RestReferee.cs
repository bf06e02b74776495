using Grains.Nodes;
using Grains.Racks;
using Grains.Storage;
using Scheduling.Model;
using Scheduling.Nodes;
using Silo.Storage.Memory;

namespace Simulation.Planted;

/// <summary>What must hold of nodes and of the parts of jobs, beside what every run checks at rest.</summary>
internal sealed class RestReferee(SimulatedWorld world) : IChecker
{
    private readonly Dictionary<JobId, SetRule> _sets = [];

    public void Before(Op op)
    {
        if (op is Op.Submit { OtherBody: false, Spec.Set: { Kind: OriginKind.Task } set } submit)
        {
            _sets.TryAdd(submit.Job, set);
        }

        CheckParts();
    }

    public void AtRest(string when)
    {
        CheckParts();
        CheckNodes();
    }

    /// <summary>No more tasks of an array live at once than it says.</summary>
    private void CheckParts()
    {
        if (_sets.Count == 0)
        {
            return;
        }

        var live = world.Medium.Jobs.Live.Where(r => r.Parent is not null).CountBy(r => r.Parent!.Value).ToDictionary();
        foreach (var (job, set) in _sets)
        {
            if (live.GetValueOrDefault(job) > set.MaxParallel)
            {
                world.Seen.Record($"I4: {job} has {live[job]} tasks at once, of at most {set.MaxParallel}");
            }
        }
    }

    /// <summary>I10: a drained node is empty, and so is one that has been lost for long.</summary>
    private void CheckNodes() => world.Cluster.Run(async () =>
    {
        for (var rack = 0; rack < World.Racks; rack++)
        {
            var view = await world.Cluster.Client.GetGrain<IRackGrain>(RackId.Of(World.Pool, $"r{rack}").Value).GetView();
            for (var slot = 0; slot < view!.Spec.Nodes.Length; slot++)
            {
                var name = view.Spec.Nodes[slot].Name;
                if (await world.Cluster.Client.GetGrain<INodeGrain>(name.Value).GetView() is { State: NodeState.Drained or NodeState.NotReady } node
                    && view.Allocations.FirstOrDefault(a => a.Workers.Any(w => w.Slot == slot)) is { } left)
                {
                    world.Seen.Record($"I10: {name} is {node.State} since {node.Since:O}, and {left.Attempt} is still there");
                }
            }
        }
    });
}
