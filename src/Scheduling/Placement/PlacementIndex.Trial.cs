using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>"What if" questions, for planners.</summary>
public sealed partial class PlacementIndex
{
    private readonly PlacementBuffer asked = new();
    private PlacementTrial? trial;

    /// <summary>
    /// Opens a trial, to be disposed: <c>using var trial = index.BeginTrial();</c>. One at a time; until it ends, whoever changes the index
    /// otherwise gets an exception.
    /// </summary>
    public PlacementTrial BeginTrial() => (trial ??= new PlacementTrial(this)).Open();

    /// <summary>Whether the gang has room now: as <see cref="TryPlace(GangRequest)"/>, but takes nothing and allocates nothing.</summary>
    public bool Fits(GangRequest request) => FitsNow(request, asked);

    /// <summary>Whether the gang would have room if every node were empty and took new work. What was found is kept until nodes change.</summary>
    public bool CouldFitEmpty(GangRequest request) => !emptyPool.IsTooSmallFor(PlanOf(request), request);

    internal bool FitsNow(GangRequest request, PlacementBuffer buffer, PlacementScope? within = null)
    {
        if (!TryPlaceNow(request, buffer, within)) return false;
        ReleaseNow(buffer);
        return true;
    }

    internal void ApplyNow(PlacementTrial.Step step)
    {
        foreach (var slice in step.Placement.Racks) Apply(slice, new Shapes(step.Roles, default), step.Taken);
    }

    internal bool TryTakeNow(GangPlacement placement, ImmutableArray<RoleSpec> roles)
    {
        for (var i = 0; i < placement.Racks.Length; i++)
        {
            var slice = placement.Racks[i];
            if (!table.TryFind(slice.Rack, out var rack)) continue;
            for (var w = 0; w < slice.Workers.Length; w++)
            {
                var shape = roles[slice.Workers[w].Role].Shape;
                if (table.CanTake(rack, slice.Workers[w], shape))
                {
                    table.ApplyRun(rack, slice.Workers.AsSpan(w, 1), shape, taking: true);
                    continue;
                }

                Apply(slice with { Workers = slice.Workers[..w] }, new Shapes(roles, default), taking: false);
                for (i--; i >= 0; i--) Apply(placement.Racks[i], new Shapes(roles, default), taking: false);
                return false;
            }
        }

        return true;
    }

    private void MustBeOutsideTrial()
    {
        if (trial is { IsOpen: true }) throw new InvalidOperationException("A trial is open: until it ends only the trial changes the index");
    }
}
