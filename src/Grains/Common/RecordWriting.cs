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
    public static Task Write<T>(this IPersistentState<T> record, T next, Action giveUp)
    {
        record.State = next;
        return OrGiveUp(record, static r => r.WriteStateAsync(), giveUp);
    }

    /// <summary>Nothing is stored any more.</summary>
    public static Task Clear<T>(this IPersistentState<T> record, Action giveUp) => OrGiveUp(record, static r => r.ClearStateAsync(), giveUp);

    private static async Task OrGiveUp<T>(IPersistentState<T> record, Func<IPersistentState<T>, Task> write, Action giveUp)
    {
        try
        {
            await write(record);
        }
        catch
        {
            giveUp();
            throw;
        }
    }
}
