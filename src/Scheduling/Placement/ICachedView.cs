namespace Scheduling.Placement;

/// <summary>Something derived from the pool's state that can be thrown away and derived again.</summary>
internal interface ICachedView
{
    /// <summary>When it was last asked for, in requests.</summary>
    long LastUse { get; set; }

    /// <summary>True once it was thrown away: ask for a new one.</summary>
    bool Evicted { get; }

    /// <summary>Frees its memory.</summary>
    void Evict();
}
