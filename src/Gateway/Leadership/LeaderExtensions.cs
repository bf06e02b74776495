namespace Gateway.Leadership;

internal static class LeaderExtensions
{
    /// <summary>The epoch to act under.</summary>
    /// <exception cref="NotLeadingException">It does not lead.</exception>
    public static long MustLead(this ILeader leader) => leader.Epoch ?? throw new NotLeadingException("this process does not lead");

    /// <summary>Called right before an effect.</summary>
    /// <exception cref="NotLeadingException">It leads no longer, or under another epoch.</exception>
    public static void MustStillLead(this ILeader leader, long epoch)
    {
        if (leader.Epoch != epoch)
        {
            throw new NotLeadingException($"epoch {epoch} is over");
        }
    }
}
