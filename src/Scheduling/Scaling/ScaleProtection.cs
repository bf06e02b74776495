using System.Collections.Immutable;
using System.Numerics;
using Scheduling.Model;

namespace Scheduling.Scaling;

/// <summary>
/// Which machines nobody may choose who lowers a scale set's capacity: Azure's own autoscale, or a person. We delete by id, which no protection stands
/// in the way of.
/// </summary>
public static class ScaleProtection
{
    /// <summary>
    /// Machines with work, or held or kept for some; and of those that are protected already, the ones that have not been idle for long: a write for
    /// every job that ends would be many. In order.
    /// </summary>
    public static ImmutableArray<string> Wanted(OfferedSet set, ScaleDemand demand, IReadOnlyDictionary<NodeId, DateTimeOffset> idleSince, TimeSpan idleAfter, DateTimeOffset now)
    {
        var machines = set.Instances.Where(i => i.State == InstanceState.Running).DistinctBy(i => i.Node).ToDictionary(i => i.Node);
        var going = set.State.Removals.Select(r => r.Instance).ToHashSet(StringComparer.Ordinal);
        var kept = demand.Earmarks.SelectMany(e => e.Nodes).ToHashSet();
        List<string> wanted = [];
        foreach (var rack in demand.Racks)
        {
            for (var rest = MaskOf(rack.Spec); rest != 0; rest &= rest - 1)
            {
                var slot = BitOperations.TrailingZeroCount(rest);
                var node = rack.Spec.Nodes[slot].Name;
                if (!machines.TryGetValue(node, out var machine) || going.Contains(machine.Id))
                {
                    continue;
                }

                var isFree = ((rack.Idle | rack.Closed) >> slot & 1) != 0;
                if (!isFree || kept.Contains(node) || (machine.IsProtected && now - idleSince.GetValueOrDefault(node, now) < idleAfter))
                {
                    wanted.Add(machine.Id);
                }
            }
        }

        wanted.Sort(StringComparer.Ordinal);
        return [.. wanted];
    }

    /// <summary>What the cloud shows otherwise than it is wanted; nothing while nobody has said what is.</summary>
    public static IEnumerable<(string Instance, bool On)> Changes(ScaleSetState state, ScaleSetReading seen)
    {
        if (!state.Protects)
        {
            return [];
        }

        var wanted = state.Protected.ToHashSet(StringComparer.Ordinal);
        return seen.Instances.Where(i => i.State == InstanceState.Running && i.IsProtected != wanted.Contains(i.Id)).Select(i => (i.Id, !i.IsProtected)).OrderByDescending(c => c.Item2);
    }

    private static ulong MaskOf(RackSpec rack)
    {
        var mask = 0UL;
        for (var slot = 0; slot < rack.Nodes.Length; slot++)
        {
            mask |= rack.Nodes[slot].IsVacant ? 0 : 1UL << slot;
        }

        return mask;
    }
}
