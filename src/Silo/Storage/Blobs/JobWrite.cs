using Azure;
using Azure.Data.Tables;
using Grains.Storage;

namespace Silo.Storage.Blobs;

/// <summary>One write of a job's record, with the rows that it is found by: several actions of one transaction.</summary>
internal sealed class JobWrite : PendingWrite
{
    /// <summary>A record's bytes up to here are in the row itself; more are in a blob of their own.</summary>
    public const int InlineBytes = 512 * 1024;

    private const int PropertyBytes = 64 * 1024;

    private readonly string _job;
    private readonly string? _etag;
    private readonly JobTag? _before;
    private readonly JobIndexRow? _row;
    private readonly string? _bodyBlob;

    /// <param name="key">State and grain, for messages.</param>
    /// <param name="job">The grain's key.</param>
    /// <param name="etag">Null: there must be no record.</param>
    /// <param name="body">Null: the record is deleted.</param>
    /// <param name="row">The columns.</param>
    /// <param name="bodyBlob">Where a large body was put.</param>
    public JobWrite(string key, string job, string? etag, byte[]? body, JobIndexRow? row, string? bodyBlob)
    {
        (Key, _job, _etag, _row, _bodyBlob) = (key, job, etag, row, bodyBlob);
        _before = etag is null ? null : JobTag.Parse(etag);
        Bytes = body?.Length ?? 0;
        Actions = etag is not null && _before is null ? [] : body is null ? Clear(job) : Put(body, row!);
    }

    public override string Key { get; }

    public override long Bytes { get; }

    public string Job => _job;

    public IReadOnlyList<TableTransactionAction> Actions { get; }

    /// <summary>It needs that there is no record.</summary>
    public bool IsOfNothing => _etag is null;

    /// <summary>Bytes that travel: binary is sent as base64.</summary>
    public long Weight => (_bodyBlob is null ? Bytes * 4 / 3 : 0) + 2048L * Actions.Count;

    /// <summary>After the write: the record's new ETag.</summary>
    public string? Written { get; private set; }

    public void Answered(Response record) => Written = _row is null ? null : JobTag.Of(_row, record.Headers.ETag!.Value.ToString(), _bodyBlob).ToString();

    public void Refuse(string? stored) => Refusal = Conflicts.State(Key, stored, _etag);

    public static byte[] Body(TableEntity record)
    {
        var body = new byte[record.GetInt32("Bytes")!.Value];
        for (int n = 0, at = 0; at < body.Length; n++)
        {
            var part = record.GetBinary($"Body{n}");
            part.CopyTo(body, at);
            at += part.Length;
        }

        return body;
    }

    private List<TableTransactionAction> Put(byte[] body, JobIndexRow row)
    {
        var bucket = JobKeys.Bucket(_job);
        var record = JobRow.To(bucket, JobKeys.Record(_job), row);
        record["Key"] = Key;
        record["Bytes"] = body.Length;
        if (_bodyBlob is not null)
            record["BodyBlob"] = _bodyBlob;
        for (int n = 0, at = 0; _bodyBlob is null && at < body.Length; n++, at += PropertyBytes)
            record[$"Body{n}"] = body[at..Math.Min(body.Length, at + PropertyBytes)];

        var (submitted, wake, parent) = (row.SubmittedAt.UtcTicks, row.WakeAt?.UtcTicks, row.Parent?.Value);
        List<TableTransactionAction> actions =
        [
            _before is null ? new(TableTransactionActionType.Add, record) : new(TableTransactionActionType.UpdateReplace, record, _before.ETag),
            Upsert(JobRow.To(bucket, JobKeys.Newest(submitted, _job), row)),
        ];
        if (!row.Ended)
            actions.Add(Upsert(JobRow.To(bucket, JobKeys.Live(_job), row)));
        if (parent is not null)
            actions.Add(Upsert(JobRow.To(bucket, JobKeys.Part(parent, submitted, _job), row)));
        if (wake is { } at2 && wake != _before?.Wake)
            actions.Add(Upsert(new TableEntity(bucket, JobKeys.Wake(at2, _job))));
        if (_before is { } old)
        {
            Drop(old.Submitted != submitted, JobKeys.Newest(old.Submitted, _job));
            Drop(old.IsLive && row.Ended, JobKeys.Live(_job));
            Drop(old.Parent is not null && (old.Parent, old.Submitted) != (parent, submitted), JobKeys.Part(old.Parent ?? "", old.Submitted, _job));
            Drop(old.Wake is not null && old.Wake != wake, JobKeys.Wake(old.Wake ?? 0, _job));
        }

        return actions;

        static TableTransactionAction Upsert(TableEntity entity) => new(TableTransactionActionType.UpsertReplace, entity);

        void Drop(bool isOver, string key)
        {
            if (isOver)
                actions.Add(new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity(bucket, key), ETag.All));
        }
    }

    private List<TableTransactionAction> Clear(string job)
    {
        if (_before is not { } old)
            return [];
        List<(string Key, ETag ETag)> rows = [(JobKeys.Record(job), old.ETag), (JobKeys.Newest(old.Submitted, job), ETag.All)];
        if (old.IsLive)
            rows.Add((JobKeys.Live(job), ETag.All));
        if (old.Parent is { } parent)
            rows.Add((JobKeys.Part(parent, old.Submitted, job), ETag.All));
        if (old.Wake is { } wake)
            rows.Add((JobKeys.Wake(wake, job), ETag.All));
        return [.. rows.Select(r => new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity(JobKeys.Bucket(job), r.Key), r.ETag))];
    }
}
