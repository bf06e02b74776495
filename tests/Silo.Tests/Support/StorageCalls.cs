using System.Text;
using Grains.Storage;
using Orleans.Storage;

namespace Silo.Tests.Support;

/// <summary>The calls that most tests make, in few words.</summary>
internal static class StorageCalls
{
    public static GrainId Grain(string key) => GrainId.Create("test", key);

    public static async Task<GrainState<T>> Read<T>(this IGrainStorage storage, string key, string name = "state")
    {
        var state = new GrainState<T>();
        await storage.ReadStateAsync(name, Grain(key), state);
        return state;
    }

    public static Task Write<T>(this IGrainStorage storage, string key, GrainState<T> state, string name = "state") =>
        storage.WriteStateAsync(name, Grain(key), state);

    /// <summary>Writes over whatever is there.</summary>
    public static async Task Put<T>(this IGrainStorage storage, string key, T value)
    {
        var state = await storage.Read<T>(key);
        state.State = value;
        await storage.Write(key, state);
    }

    public static Task Append(this IJournalStore journals, string stream, long expected, params string[] entries) =>
        journals.Append(stream, expected, [.. entries.Select(e => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(e))]);

    public static Task Snapshot(this IJournalStore journals, string stream, long position, string snapshot) =>
        journals.WriteSnapshot(stream, position, Encoding.UTF8.GetBytes(snapshot));

    public static string[] Texts(this JournalContents contents) => [.. contents.Entries.Select(Encoding.UTF8.GetString)];

    public static string? SnapshotText(this JournalContents contents) => contents.Snapshot is null ? null : Encoding.UTF8.GetString(contents.Snapshot);
}
