using System.Globalization;
using Cli.Output;

namespace Cli.Replay;

/// <summary>How far it is: one line that is overwritten on a terminal, otherwise a line every few seconds.</summary>
internal sealed class Progress(TextWriter error, bool terminal, bool quiet, TimeProvider time, string what, int total)
{
    private static readonly TimeSpan OnTerminal = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan OnLog = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private long _last = time.GetTimestamp();

    public void Show(int done, bool final = false)
    {
        if (quiet)
        {
            return;
        }

        lock (_lock)
        {
            if (!final && time.GetElapsedTime(_last) < (terminal ? OnTerminal : OnLog))
            {
                return;
            }

            _last = time.GetTimestamp();
            var elapsed = time.GetElapsedTime(_start);
            var rate = elapsed > TimeSpan.Zero ? done / elapsed.TotalSeconds : 0;
            var left = rate > 0 && done < total ? ", " + Output.Show.Time(TimeSpan.FromSeconds(Math.Ceiling(Math.Min((total - done) / rate, 1e9)))) + " left" : "";
            var text = string.Create(
                CultureInfo.InvariantCulture, $"{what} {done:N0} of {total:N0} ({(total == 0 ? 100 : 100L * done / total)} %), {rate:N0}/s{left}");
            if (terminal)
            {
                const int bar = 24;
                var filled = total == 0 ? bar : (int)((long)bar * done / total);
                error.Write($"\r[{new string('#', filled)}{new string('.', bar - filled)}] {text}\u001b[K{(final ? "\n" : "")}");
            }
            else
            {
                error.WriteLine(text);
            }
        }
    }
}
