using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>
/// "What if": takes, gives back and places on the real index, and puts everything back, the last first, when disposed. While it is
/// open only the trial changes the index; questions (CouldFitNow, Diagnose) see what the trial has done so far.
/// </summary>
/// <remarks>
/// Costs what its steps cost, and their undoing: nothing is copied. Afterwards every answer is as before, since an answer depends on
/// what is free and not on how it came to be free.
/// </remarks>
public sealed class PlacementTrial : IDisposable
{
    private readonly PlacementIndex index;
    private readonly PlacementBuffer buffer = new();
    private readonly List<Step> steps = [];

    internal PlacementTrial(PlacementIndex index) => this.index = index;

    internal bool IsOpen { get; private set; }

    /// <summary>How many steps were taken: what <see cref="UndoTo"/> goes back to.</summary>
    public int Mark => steps.Count;

    /// <summary>Takes a known placement, also on nodes that take no new work.</summary>
    /// <exception cref="InvalidOperationException">A GPU is not free: the index is not to be used any more.</exception>
    public void Take(GangPlacement placement, ImmutableArray<RoleSpec> roles) => Do(new Step(placement, roles, Taken: true));

    /// <summary>Takes a placement if all of its GPUs, cores and memory are free; false, and nothing taken, when not.</summary>
    public bool TryTake(GangPlacement placement, ImmutableArray<RoleSpec> roles)
    {
        MustBeOpen();
        if (!index.TryTakeNow(placement, roles)) return false;
        steps.Add(new Step(placement, roles, Taken: true));
        return true;
    }

    /// <summary>Gives back what a placement holds, as if its attempt had ended.</summary>
    /// <exception cref="InvalidOperationException">A GPU is free already: the index is not to be used any more.</exception>
    public void Release(GangPlacement placement, ImmutableArray<RoleSpec> roles) => Do(new Step(placement, roles, Taken: false));

    /// <summary>Finds room for the whole gang, in all of the pool or a part of it, and takes it; null when there is none.</summary>
    public GangPlacement? TryPlace(GangRequest request, PlacementScope? within = null)
    {
        MustBeOpen();
        if (!index.TryPlaceNow(request, buffer, within)) return null;
        var placement = buffer.ToPlacement();
        steps.Add(new Step(placement, request.Roles, Taken: true));
        return placement;
    }

    /// <summary>Whether the gang has room as things stand in the trial. Takes nothing and allocates nothing.</summary>
    public bool Fits(GangRequest request, PlacementScope? within = null)
    {
        MustBeOpen();
        return index.FitsNow(request, buffer, within);
    }

    /// <summary>Undoes all steps after a <see cref="Mark"/>, the last first.</summary>
    public void UndoTo(int mark)
    {
        MustBeOpen();
        ArgumentOutOfRangeException.ThrowIfNegative(mark);
        for (; steps.Count > mark; steps.RemoveAt(steps.Count - 1)) index.ApplyNow(steps[^1] with { Taken = !steps[^1].Taken });
    }

    /// <summary>Ends the trial and leaves everything as the trial made it.</summary>
    public void Keep()
    {
        MustBeOpen();
        steps.Clear();
        IsOpen = false;
    }

    /// <summary>Undoes everything and ends the trial.</summary>
    public void Dispose()
    {
        if (!IsOpen) return;
        UndoTo(0);
        IsOpen = false;
    }

    internal PlacementTrial Open()
    {
        if (IsOpen) throw new InvalidOperationException("Another trial of this index is open");
        IsOpen = true;
        return this;
    }

    private void Do(Step step)
    {
        MustBeOpen();
        index.ApplyNow(step);
        steps.Add(step);
    }

    private void MustBeOpen()
    {
        if (!IsOpen) throw new InvalidOperationException("This trial is over");
    }

    internal readonly record struct Step(GangPlacement Placement, ImmutableArray<RoleSpec> Roles, bool Taken);
}
