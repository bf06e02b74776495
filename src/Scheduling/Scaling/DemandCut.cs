using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Scaling;

/// <summary>Who may have machines bought when not all that has machines, or takes them just now, was counted by quota as it answered.</summary>
public static class DemandCut
{
    /// <summary>
    /// Of those that quota admits one beside the other, in order, the ones that are left out so that what was not counted has room at each level of its path: the last first,
    /// of its own level before those further up. What remains is at most what quota admits beside it.
    /// </summary>
    public static IReadOnlySet<AttemptId> LeftOut(IReadOnlyList<QuotaCharge> admitted, IEnumerable<QuotaCharge> notCounted)
    {
        var left = new HashSet<AttemptId>();
        foreach (var charge in notCounted)
        {
            var missing = charge.Amounts.Where(a => a.Amount > 0).ToDictionary(a => a.Resource, a => a.Amount, StringComparer.Ordinal);
            for (QuotaPath? level = charge.Path; level is { } at; level = at.Parent)
            {
                for (var i = admitted.Count - 1; i >= 0 && missing.Count > 0; i--)
                {
                    if (admitted[i].Path.IsWithin(at) && admitted[i].Amounts.Any(a => a.Amount > 0 && missing.ContainsKey(a.Resource)) && left.Add(admitted[i].Attempt))
                    {
                        GiveBack(missing, admitted[i]);
                    }
                }
            }
        }

        return left;
    }

    private static void GiveBack(Dictionary<string, long> missing, QuotaCharge charge)
    {
        foreach (var amount in charge.Amounts)
        {
            if (missing.TryGetValue(amount.Resource, out var rest))
            {
                missing[amount.Resource] = rest - amount.Amount;
                if (rest <= amount.Amount)
                {
                    missing.Remove(amount.Resource);
                }
            }
        }
    }
}
