using System.Globalization;
using Grains.Storage;
using Npgsql;
using Orleans.Storage;

namespace Silo.Storage.Postgres;

/// <summary>Grain records in PostgreSQL; a record that is an <see cref="IIndexedJob"/> is indexed in the same transaction.</summary>
public sealed class PostgresGrainStorage(PostgresDatabase database) : IGrainStorage
{
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var grain = grainId.ToString();
        var (etag, body) = await database.Read(async (connection, token) =>
        {
            await using var command = new NpgsqlCommand("SELECT version, body FROM grain_state WHERE grain = $1 AND name = $2", connection);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = grain });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = stateName });
            await using var reader = await command.ExecuteReaderAsync(token);
            return await reader.ReadAsync(token)
                ? (reader.GetInt64(0).ToString(CultureInfo.InvariantCulture), reader.GetFieldValue<byte[]>(1))
                : ((string?)null, (byte[]?)null);
        });
        grainState.State = body is null ? StateFactory<T>.Create() : RecordCodec.Decode<T>(body);
        grainState.ETag = etag;
        grainState.RecordExists = body is not null;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var row = grainState.State is IIndexedJob job ? job.ToIndexRow() : null;
        var version = await database.Write(
            new PutStateWrite(stateName, grainId.ToString(), grainState.ETag, RecordCodec.Encode(grainState.State), row));
        grainState.ETag = version.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await database.Write(new PutStateWrite(stateName, grainId.ToString(), grainState.ETag, null, null));
        grainState.State = StateFactory<T>.Create();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }
}
