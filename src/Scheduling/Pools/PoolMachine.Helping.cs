using Scheduling.Model;
using Scheduling.Preemption;

namespace Scheduling.Pools;

/// <content>
/// Who is looked at next, whether a promise could help: half of a pass goes to the first in order, half to those who were looked at longest ago. So
/// a pass costs a bounded amount however many wait, and each of n groups has its turn within n / (half a pass) passes, whoever comes meanwhile (I12).
/// </content>
public sealed partial class PoolMachine
{
    /// <summary>Groups looked at in one pass, of each half: most of them cost no search.</summary>
    private const int MostLookedAt = 32;

    private readonly List<AttemptId> _seenByPass = [];

    /// <summary>Searches of this pass so far.</summary>
    private int _searches;

    /// <summary>Who has the reservation that goes round. Not stored: after a restart it begins anew.</summary>
    private AttemptId? _roundSlot;

    /// <summary>Whom the last <see cref="PlanClaims"/> looked at, in that order: the first of each group.</summary>
    public IReadOnlyList<AttemptId> SeenByLastPass => _seenByPass;

    /// <summary>Searches for those who have waited for their turn; they have at least one.</summary>
    private int TriesInTurn => Math.Max(1, Policy.ClaimTries / 2);

    /// <summary>Searches for the first in order.</summary>
    private int TriesInOrder => Math.Max(1, Policy.ClaimTries - TriesInTurn);

    /// <summary>Those that the next <see cref="PlanClaims"/> looks at, or that have a reservation: their trees may be asked about them before.</summary>
    public IReadOnlyList<PoolAttempt> HeadsToHelp() =>
        [.. ToHelp(_queue.Owed).Concat(ToHelp(_queue.Blocked)).Select(g => g.Waiting.First).Union(Reserved)];

    private IEnumerable<PoolAttempt> Reserved => Promised(ClaimKind.Reserve).Where(a => a.Group is not null);

    private IEnumerable<PoolAttempt> Promised(ClaimKind kind) =>
        _promises.Values.Where(c => c.Kind == kind).Select(c => Find(c.For)).OfType<PoolAttempt>().Where(a => a.Stage == AttemptStage.Queued);

    /// <summary>
    /// Looks at some of the gangs that wait: makes room by evictions where a plan is proven, and otherwise reserves nodes for the time when enough
    /// will be free. Bounded work: the rest has its turn later.
    /// </summary>
    public void PlanClaims()
    {
        _claimsStale = false;
        _claimsAt = _clock;
        _anyMayGo = null;
        _anyOutlook = false;
        ForgetLook();
        _seenByPass.Clear();
        var asked = TakeAnswers();
        Do(new PoolEntry { Kind = PoolEntryKind.ClaimsPlanned, Answers = asked });
        GoBy(asked);
        ForgetLook();
        DropStale();
        DropRefused();
        Help(_queue.Owed, HelpOwed);
        Help(_queue.Blocked, HelpBlocked);
        Forget(asked);
    }

    private IEnumerable<PendingGroup> ToHelp(HelpOrder order) => FirstInOrder(order).Take(TriesInOrder).Union(FirstInTurn(order).Where(IsToBeHelped).Take(TriesInTurn));

    private IEnumerable<PendingGroup> FirstInOrder(HelpOrder order) =>
        order.InOrder.Take(MostLookedAt).Where(g => _clock >= g.ClaimAgainAt && IsToBeHelped(g));

    /// <summary>Who had its turn lately is not due, nor are all behind it.</summary>
    private IEnumerable<PendingGroup> FirstInTurn(HelpOrder order) => order.InTurn.Take(MostLookedAt).TakeWhile(g => _clock >= g.TurnAgainAt);

    private bool IsToBeHelped(PendingGroup group) => group.Waiting.First is { Spec.IsOpportunistic: false, Id: var id } && !IsMakingRoomFor(id) && !_earmarks.Has(id);

    private void Help(HelpOrder order, Action<PendingGroup, bool, bool> help)
    {
        _searches = 0;
        var again = _clock + Policy.ClaimRetry;
        foreach (var group in FirstInOrder(order).ToList())
        {
            if (_searches >= TriesInOrder)
            {
                break;
            }

            Look(group, inTurn: false);
        }

        foreach (var group in FirstInTurn(order).ToList())
        {
            if (_searches >= TriesInOrder + TriesInTurn)
            {
                break;
            }

            _queue.HadItsTurn(group, again);
            if (IsToBeHelped(group))
            {
                Look(group, inTurn: true);
            }
        }

        _claimsStale |= order.Next is { } next && _clock >= next.TurnAgainAt;

        void Look(PendingGroup group, bool inTurn)
        {
            var isDue = _clock >= group.ClaimAgainAt;
            group.ClaimAgainAt = again;
            _seenByPass.Add(group.Waiting.First.Id);
            help(group, inTurn, isDue);
        }
    }

    private void HelpOwed(PendingGroup group, bool inTurn, bool isDue)
    {
        var head = group.Waiting.First;
        if (isDue && Policy.Preemption && head.Spec.MayPreempt && (head.Outlook is { } outlook ? outlook.Now : group.Refusal) is { } refusal)
        {
            TryReclaim(head, refusal);
        }

        head.Outlook = null;
    }

    /// <summary>Looked at lately, it may still have its turn at the reservation that goes round.</summary>
    private void HelpBlocked(PendingGroup group, bool inTurn, bool isDue)
    {
        var head = group.Waiting.First;
        if (IsHopeless(head) is { } refusal && Guards.Hold(Guard.QuotaAgrees))
        {
            Refuse(group, head, refusal);
        }
        else if (_queue.KnownFull(group.Quota, head) is null && !(isDue && (TryEvict(head) || TryTurn(head))))
        {
            TryReserve(head, inTurn);
        }

        SetAsideRefused(group, head);
    }

    /// <summary>
    /// Whether the gang may have a reservation, and whose it takes for that. The first in order have them, a gang before them takes that of the last. One
    /// more goes round, so that a gang gets its own even if those before it never come to theirs.
    /// </summary>
    private bool MayReserve(PoolAttempt head, bool inTurn, out AttemptId? instead)
    {
        instead = null;
        var reserved = 0;
        PoolAttempt? last = null;
        var isRoundSlotFree = true;
        foreach (var claim in _promises.Values.Where(c => c.Kind == ClaimKind.Reserve))
        {
            if (claim.For == _roundSlot)
            {
                isRoundSlotFree = false;
                continue;
            }

            reserved++;
            if (Find(claim.For) is { } owner && (last is null || QueueOrder.Instance.Compare(owner, last) > 0))
            {
                last = owner;
            }
        }

        if (reserved < Policy.MaxReservations)
        {
            return true;
        }

        if (last is not null && QueueOrder.Instance.Compare(head, last) < 0)
        {
            instead = last.Id;
            return true;
        }

        return inTurn && isRoundSlotFree && Policy.MaxReservations > 0;
    }

    /// <summary>What is promised by evictions leaves room for the promises that go by waiting.</summary>
    private bool IsOneTooMany(ClaimKind kind) => kind == ClaimKind.Evict
        && _promises.Values.Count(c => c.Kind == ClaimKind.Evict) >= Math.Max(1, Policy.MaxClaims - Policy.MaxReservations - 1);
}
