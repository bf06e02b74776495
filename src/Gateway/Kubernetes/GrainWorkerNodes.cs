using System.Collections.Immutable;
using Grains.Racks;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Racks;

namespace Gateway.Kubernetes;

/// <summary>
/// Asks the racks, all of them at once. A slot keeps its node as long as workers are on it, so what a rack says is right if, and only if, it shows the
/// attempt in the same breath. Where it is committed the rack goes before the placement: a worker whose node was lost may have got another.
/// </summary>
internal sealed class GrainWorkerNodes(IGrainFactory grains) : IWorkerNodes
{
    public async Task<ImmutableDictionary<int, NodeId>?> Of(AttemptId attempt, GangPlacement placement)
    {
        var shown = await Task.WhenAll(placement.Racks.Select(s => grains.GetGrain<IRackGrain>(s.Rack.Value).WorkersOf(attempt)));
        var nodes = ImmutableDictionary.CreateBuilder<int, NodeId>();
        for (var i = 0; i < shown.Length; i++)
        {
            if (shown[i] is not { } on || !Shows(on, placement.Racks[i]))
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

    public async Task<GangPlacement> Now(AttemptId attempt, GangPlacement placement)
    {
        var slices = placement.Racks.ToBuilder();
        for (var i = 0; i < slices.Count; i++)
        {
            var rack = await grains.GetGrain<IRackGrain>(slices[i].Rack.Value).GetView();
            if (rack?.Allocations.FirstOrDefault(a => a is { Committed: true, Moves: > 0 } && a.Attempt == attempt) is { } allocation)
            {
                slices[i] = slices[i] with { Workers = allocation.Workers };
            }
        }

        return placement with { Racks = slices.ToImmutable() };
    }

    public async Task<string?> Leave(AttemptId attempt, JobSpec spec, GangPlacement placement, NodeId node)
    {
        foreach (var slice in placement.Racks)
        {
            var grain = grains.GetGrain<IRackGrain>(slice.Rack.Value);
            if (await grain.GetView() is not { } rack || rack.Spec.Nodes.ToList().FindIndex(n => n.Name == node) is not (>= 0 and var slot)
                || rack.Allocations.FirstOrDefault(a => a.Attempt == attempt) is not { } allocation || !allocation.Workers.Any(w => w.Slot == slot))
            {
                continue;
            }

            var answer = await grain.Move(new MoveWorkers { Attempt = attempt, From = node, Moves = allocation.Moves, KeepsDomain = MemberSwap.KeepsDomain(spec) });
            if (answer.Refusal is not null)
            {
                return answer.Refusal;
            }
        }

        return null;
    }

    private static bool Shows(RackWorkers rack, RackSlice slice) =>
        rack.Workers.AsSpan().SequenceEqual(slice.Workers.AsSpan()) || (rack.Committed && rack.Workers.Select(w => w.Rank).SequenceEqual(slice.Workers.Select(w => w.Rank)));
}
