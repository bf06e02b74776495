using Grains.Storage;
using Orleans.Storage;

namespace Silo.Tests.Support;

/// <summary>Several processes that append to one stream at the same time.</summary>
internal static class JournalRace
{
    /// <summary>So many times all of them append at the same position of stream "s". Answers how many appends were taken in all.</summary>
    public static async Task<int> Wins(int times, params IJournalStore[] stores)
    {
        var won = 0;
        for (var position = 0; position < times; position++)
        {
            var at = position;
            var tries = await Task.WhenAll(stores.Select(async store =>
            {
                try
                {
                    await store.Append("s", at, $"e{at}");
                    return true;
                }
                catch (InconsistentStateException)
                {
                    return false;
                }
            }));
            won += tries.Count(t => t);
        }

        return won;
    }
}
