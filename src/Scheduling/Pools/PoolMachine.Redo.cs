using Scheduling.Model;

namespace Scheduling.Pools;

/// <content>Doing again what the journal says happened: inputs go in by the same doors as when they were new.</content>
public sealed partial class PoolMachine
{
    /// <summary>The time that was last told.</summary>
    public DateTimeOffset Clock => _clock;

    /// <summary>
    /// Does again what an entry says came in: the message, the news, the pass. What is decided is in <see cref="TakeEntries"/>. False: the entry is
    /// what was decided, or a new activation, and nothing is done.
    /// </summary>
    /// <remarks>
    /// One call may have made several entries, of which more than one counts as what came in (an attempt and its older ones that end together):
    /// done one by one they make the same entries in the same order.
    /// </remarks>
    public bool Redo(PoolEntry entry)
    {
        if (entry.Kind is PoolEntryKind.Ticked or PoolEntryKind.EarmarkEnded)
        {
            Advance(entry.At);
            return true;
        }

        if (!CameIn(entry))
        {
            return false;
        }

        if (entry.At != _clock)
        {
            Advance(entry.At);
        }

        if (!RedoOfAttempt(entry))
        {
            RedoOfPool(entry);
        }

        return true;
    }

    /// <summary>It says what came in, not only what was decided.</summary>
    public static bool CameIn(PoolEntry entry) => entry.Kind switch
    {
        PoolEntryKind.Planned => entry.Budget > 0,
        PoolEntryKind.ClaimMade or PoolEntryKind.ClaimDropped or PoolEntryKind.EpochBegan or PoolEntryKind.LedgerSaved => false,
        _ => true,
    };

    private bool RedoOfAttempt(PoolEntry entry)
    {
        var plan = new PlanRef(entry.Attempt, entry.Plan);
        switch (entry.Kind)
        {
            case PoolEntryKind.Enqueued:
                Enqueue(entry.Attempt, entry.Spec!, entry.SubmittedAt);
                return true;
            case PoolEntryKind.Committed:
                Commit(plan);
                return true;
            case PoolEntryKind.UndoBegan:
                BeginUndo(plan);
                return true;
            case PoolEntryKind.Aborted:
                Abort(plan, entry.Refusal);
                return true;
            case PoolEntryKind.Freed:
                Free(plan);
                return true;
            case PoolEntryKind.Ended:
                End(entry.Attempt, entry.ComesBack);
                return true;
            case PoolEntryKind.StopWanted:
                Stop(entry.Attempt);
                return true;
            case PoolEntryKind.CheckpointWanted:
                Checkpoint(entry.Attempt, entry.Checkpoint);
                return true;
            case PoolEntryKind.Checkpointed:
                Checkpointed(entry.Attempt, entry.Checkpoint!.Value);
                return true;
            case PoolEntryKind.ClaimConfirmed:
                Confirm(entry.Attempt, entry.Outlook!);
                return true;
            default:
                return false;
        }
    }

    private void RedoOfPool(PoolEntry entry)
    {
        switch (entry.Kind)
        {
            case PoolEntryKind.Planned or PoolEntryKind.PassedOver:
                Plan(entry.Budget);
                break;
            case PoolEntryKind.ClaimsPlanned:
                _seenOutlooks.AddRange(entry.Answers?.Outlooks ?? []);
                _seenBorrowing.AddRange(entry.Answers?.Borrowing ?? []);
                PlanClaims();
                break;
            case PoolEntryKind.ClaimsAttached:
                AttachClaims();
                break;
            case PoolEntryKind.EarmarksSet:
                SetEarmarks(entry.Earmarks);
                break;
            case PoolEntryKind.RackSeen:
                SeeRack(entry.Rack!);
                break;
            case PoolEntryKind.LevelsSet:
                SetLevels(entry.Levels!);
                break;
            case PoolEntryKind.QuotaFreed when entry.Level == default:
                AskQuotaAgain();
                break;
            case PoolEntryKind.QuotaFreed:
                QuotaFreed(entry.Level);
                break;
            default:
                throw new InvalidOperationException($"pool {Pool}: nobody knows what made an entry of kind {entry.Kind}");
        }
    }
}
