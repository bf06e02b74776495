using System.Globalization;
using Grains.Storage;
using Orleans.Storage;

namespace Silo.Storage.Sqlite;

/// <summary>Grain records in the embedded database; a record that is an <see cref="IIndexedJob"/> is indexed in the same transaction.</summary>
public sealed class SqliteGrainStorage(SqliteDatabase database) : IGrainStorage
{
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var (etag, body) = await database.Read(static (session, key) => ReadNow(session, key.Name, key.Grain), (Name: stateName, Grain: grainId.ToString()));
        grainState.State = body is null ? StateFactory<T>.Create() : RecordCodec.Decode<T>(body);
        grainState.ETag = etag;
        grainState.RecordExists = body is not null;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var row = grainState.State is IIndexedJob job ? job.ToIndexRow() : null;
        var version = await database.Write(
            new PutStateOp(stateName, grainId.ToString(), grainState.ETag, RecordCodec.Encode(grainState.State), row));
        grainState.ETag = version.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await database.Write(new ClearStateOp(stateName, grainId.ToString(), grainState.ETag));
        grainState.State = StateFactory<T>.Create();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private static (string? ETag, byte[]? Body) ReadNow(SqliteSession session, string name, string grain)
    {
        using var reader = session.Query("SELECT version, body FROM grain_state WHERE grain = $1 AND name = $2", grain, name);
        return reader.Read() ? (reader.GetInt64(0).ToString(CultureInfo.InvariantCulture), reader.GetBytes(1)) : (null, null);
    }
}
