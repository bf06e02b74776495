namespace Grains;

/// <summary>
/// How grains write their records: durable, or thrown. Whether a write that failed took effect is not known: the activation is given up, so that
/// what is in memory is forgotten and read again.
/// </summary>
internal static class RecordWriting
{
    /// <param name="record">Whose next state is <paramref name="next"/>.</param>
    /// <param name="next">What is to be durable.</param>
    /// <param name="giveUp">The grain's DeactivateOnIdle.</param>
    public static async Task Write<T>(this IPersistentState<T> record, T next, Action giveUp)
    {
        record.State = next;
        try
        {
            await record.WriteStateAsync();
        }
        catch
        {
            giveUp();
            throw;
        }
    }

    /// <summary>Nothing is stored any more.</summary>
    public static async Task Clear<T>(this IPersistentState<T> record, Action giveUp)
    {
        try
        {
            await record.ClearStateAsync();
        }
        catch
        {
            giveUp();
            throw;
        }
    }
}
