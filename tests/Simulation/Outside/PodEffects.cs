namespace Simulation.Outside;

/// <summary>What a model cluster did because it was asked to.</summary>
internal sealed class PodEffects
{
    public int Created { get; set; }

    public int Bound { get; set; }

    public int Marked { get; set; }

    public int Deleted { get; set; }

    /// <summary>Of those bound: in place of one that had failed in the same attempt.</summary>
    public int Again { get; set; }

    /// <summary>Refused, because a precondition did not hold.</summary>
    public int Conflicts { get; set; }

    /// <summary>Accepted from an older leader, by a server that does not look.</summary>
    public int Stale { get; set; }

    /// <summary>Pods that went with their node.</summary>
    public int Killed { get; set; }

    public int All => Created + Bound + Marked + Deleted;

    public override string ToString() => $"{Created} created, {Bound} bound ({Again} again), {Marked} marked, {Deleted} deleted, {Killed} killed with nodes, {Conflicts} refused, {Stale} stale";
}
