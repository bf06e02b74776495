using System.Collections.Immutable;

namespace Scheduling.Placement;

/// <content>Extended resources of the whole pool.</content>
public sealed partial class PlacementIndex
{
    /// <summary>What the pool has of each extended resource, by name. Added up when asked, from nodes that offer any.</summary>
    public ImmutableArray<ExtendedCapacity> Extended
    {
        get
        {
            table.Settle();
            SortedDictionary<string, (long Total, long Free)> sums = new(StringComparer.Ordinal);
            for (var rack = 0; rack < table.Count; rack++)
            {
                for (var slot = 0; slot < RackTable.Slots && table.ExtendedLeft[rack] is { } nodes; slot++)
                {
                    if (nodes[slot] is not { } left) continue;
                    var offered = table.Classes.Samples[table.ClassOf[rack * RackTable.Slots + slot]]!.Extended;
                    var isOpen = (table.Schedulable[rack] >> slot & 1) != 0;
                    for (var i = 0; i < left.Length; i++)
                    {
                        var (total, free) = sums.GetValueOrDefault(offered[i].Name);
                        sums[offered[i].Name] = (total + offered[i].Count, free + (isOpen ? Math.Max(0, left[i]) : 0));
                    }
                }
            }

            return [.. sums.Select(s => new ExtendedCapacity(s.Key, s.Value.Total, s.Value.Free))];
        }
    }
}
