using System.Collections.Immutable;
using Grains.Racks;
using Scheduling.Model;

namespace Gateway.Kubernetes;

/// <summary>
/// Asks the racks. A slot keeps its node as long as workers are on it, so what a rack says is right if, and only if, it shows the attempt
/// in the same breath.
/// </summary>
internal sealed class GrainWorkerNodes(IGrainFactory grains) : IWorkerNodes
{
    public async Task<ImmutableDictionary<int, NodeId>?> Of(AttemptId attempt, GangPlacement placement)
    {
        var nodes = ImmutableDictionary.CreateBuilder<int, NodeId>();
        foreach (var slice in placement.Racks)
        {
            var rack = await grains.GetGrain<IRackGrain>(slice.Rack.Value).GetView();
            if (rack is null || !rack.Allocations.Any(a => a.Attempt == attempt && a.Workers.SequenceEqual(slice.Workers)))
            {
                return null;
            }

            foreach (var worker in slice.Workers)
            {
                nodes[worker.Rank] = rack.Spec.Nodes[worker.Slot].Name;
            }
        }

        return nodes.ToImmutable();
    }
}
