using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Quotas;

/// <summary>What is kept for an owner who waits until borrowers have given back: as good as used for everybody else.</summary>
/// <param name="Attempt">Who waits.</param>
/// <param name="Path">What it will be charged to.</param>
/// <param name="Level">The deepest level of that path that there was.</param>
/// <param name="Amounts">How much is kept, from that level up.</param>
/// <param name="Until">The lease's end.</param>
internal sealed record Earmark(AttemptId Attempt, QuotaPath Path, QuotaLevel Level, ImmutableArray<ResourceAmount> Amounts, DateTimeOffset Until);

/// <summary>
/// The live earmarks, by attempt. They are not journaled: each has a lease that only the owner's next try renews, so after a crash the
/// owners bring their own back within a retry, and the worst is that a borrower slips in once more and is asked to leave again.
/// </summary>
internal sealed class Earmarks
{
    /// <summary>At once in one tree. An owner beyond that is refused like the others, and has to hope.</summary>
    public const int Max = 1024;

    private readonly Dictionary<AttemptId, Earmark> _marks = [];

    public int Count => _marks.Count;

    public IEnumerable<Earmark> All => _marks.Values;

    /// <summary>When the first lease ends.</summary>
    public DateTimeOffset? NextEnd => _marks.Count == 0 ? null : _marks.Values.Min(m => m.Until);

    public Earmark? Find(AttemptId attempt) => _marks.GetValueOrDefault(attempt);

    public void Add(Earmark mark) => _marks.Add(mark.Attempt, mark);

    public Earmark? Remove(AttemptId attempt) => _marks.Remove(attempt, out var mark) ? mark : null;

    /// <summary>Those whose lease is over, in attempt order.</summary>
    public IReadOnlyList<Earmark> Ended(DateTimeOffset now) => !AnyEnded(now) ? [] :
        [.. _marks.Values.Where(m => m.Until <= now).OrderBy(m => m.Attempt.Job).ThenBy(m => m.Attempt.Number)];

    private bool AnyEnded(DateTimeOffset now)
    {
        foreach (var mark in _marks.Values)
        {
            if (mark.Until <= now)
                return true;
        }

        return false;
    }
}
