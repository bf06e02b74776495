using System.Text;
using System.Threading.Channels;

namespace Cli.Replay;

/// <summary>
/// A file with one line per acknowledged job id, on the disk before the job counts as acknowledged: what a crash test compares
/// the server with. Lines that wait are written with one flush. Ids of an earlier run are kept and not repeated.
/// </summary>
internal sealed class AckLog : IAsyncDisposable
{
    private readonly FileStream _file;
    private readonly HashSet<string> _known;
    private readonly Channel<(string Id, TaskCompletionSource Done)> _queue = Channel.CreateUnbounded<(string, TaskCompletionSource)>();
    private readonly Task _writer;

    private AckLog(FileStream file, HashSet<string> known)
    {
        _file = file;
        _known = known;
        _writer = Write();
    }

    /// <exception cref="CliException">Usage: the file cannot be written.</exception>
    public static AckLog Open(string path)
    {
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            var text = new byte[file.Length];
            file.ReadExactly(text);

            // A line that a crash cut off was never counted.
            var whole = Array.LastIndexOf(text, (byte)'\n') + 1;
            file.SetLength(whole);
            file.Position = whole;
            var known = Encoding.UTF8.GetString(text, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
            return new AckLog(file, known);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"--ack-log {path} cannot be written: {e.Message}");
        }
    }

    /// <summary>Done once the id is on the disk.</summary>
    public Task Add(string id)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _queue.Writer.TryWrite((id, done)) ? done.Task : Task.FromException(new ObjectDisposedException(nameof(AckLog)));
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writer;
        await _file.DisposeAsync();
    }

    private async Task Write()
    {
        var batch = new List<(string Id, TaskCompletionSource Done)>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            var text = new StringBuilder();
            while (_queue.Reader.TryRead(out var entry))
            {
                batch.Add(entry);
                if (_known.Add(entry.Id))
                {
                    text.Append(entry.Id).Append('\n');
                }
            }

            try
            {
                if (text.Length > 0)
                {
                    _file.Write(Encoding.UTF8.GetBytes(text.ToString()));
                    _file.Flush(flushToDisk: true);
                }

                batch.ForEach(b => b.Done.SetResult());
            }
            catch (IOException e)
            {
                batch.ForEach(b => b.Done.SetException(e));
            }
        }
    }
}
