using System.Collections.Immutable;
using Grains.Racks;
using Scheduling.Model;
using Scheduling.Racks;

namespace Gateway.Kubernetes;

/// <summary>
/// Asks the racks, all of them at once. A slot keeps its node as long as workers are on it, so what a rack says is right if, and only if, it shows
/// the attempt in the same breath.
/// </summary>
internal sealed class GrainWorkerNodes(IGrainFactory grains) : IWorkerNodes
{
    public async Task<ImmutableDictionary<int, NodeId>?> Of(AttemptId attempt, GangPlacement placement)
    {
        var shown = await Task.WhenAll(placement.Racks.Select(s => grains.GetGrain<IRackGrain>(s.Rack.Value).WorkersOf(attempt)));
        var nodes = ImmutableDictionary.CreateBuilder<int, NodeId>();
        for (var i = 0; i < shown.Length; i++)
        {
            if (shown[i] is not { } on || !on.Workers.AsSpan().SequenceEqual(placement.Racks[i].Workers.AsSpan()))
            {
                return null;
            }

            for (var worker = 0; worker < on.Workers.Length; worker++)
            {
                nodes[on.Workers[worker].Rank] = on.Nodes[worker];
            }
        }

        return nodes.ToImmutable();
    }
}
