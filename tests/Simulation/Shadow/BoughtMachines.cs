using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Simulation.Shadow;

/// <summary>Which machines were bought for whom, as the pool's journal says.</summary>
internal sealed class BoughtMachines
{
    private readonly Dictionary<RackId, RackSpec> _racks = [];
    private readonly Dictionary<AttemptId, MachineEarmark> _marks = [];

    public void See(RackSpec rack) => _racks[rack.Rack] = rack;

    /// <summary>Each in place of what its attempt had.</summary>
    public void Set(ImmutableArray<MachineEarmark> marks)
    {
        foreach (var mark in marks)
        {
            _marks[mark.For] = mark;
        }
    }

    public void End(AttemptId attempt) => _marks.Remove(attempt);

    /// <summary>Null: nobody's.</summary>
    public AttemptId? OwnerOf(RackId rack, int slot, DateTimeOffset at)
    {
        if (_racks.TryGetValue(rack, out var spec) && slot < spec.Nodes.Length)
        {
            foreach (var mark in _marks.Values)
            {
                if (at < mark.Until && mark.Nodes.Contains(spec.Nodes[slot].Name))
                {
                    return mark.For;
                }
            }
        }

        return null;
    }
}
