using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;

// Tries mutants in one process, each with the tests that reach it: build/mutate.sh compiles this and lays it beside the tests and the mutated core.
//   cover TESTS COVER        a line a test: its number, its CPU milliseconds, whether it passes, the mutants that it reaches
//   try TESTS PLAN RESULTS   PLAN has a line a mutant: its number, and numbers of tests with their CPU milliseconds; RESULTS says what became of it
// TESTS is a file with a class a line. Exits 3 after a mutant without end (the plan goes on behind it in another process), 4 when mutants left something behind.
var mutants = new Mutants();
var tests = new TestList(File.ReadAllLines(args[1]));
return args[0] == "cover" ? new Trials(mutants, tests).Cover(args[2]) : new Trials(mutants, tests).Try(File.ReadAllLines(args[2]), args[3]);

/// <summary>The switch that dotnet-stryker built into the core.</summary>
internal sealed class Mutants
{
    private const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
    private readonly Type _control = Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, "Orleans.Scheduler.Scheduling.dll")).GetTypes().First(t => t.Name == "MutantControl");

    public void Activate(int mutant) => _control.GetField("ActiveMutant", Static)!.SetValue(null, mutant);

    public IEnumerable<int> ReachedBy(Action action)
    {
        Activate(-1);
        _control.GetMethod("ResetCoverage", Static)!.Invoke(null, null);
        _control.GetField("CaptureCoverage", Static)!.SetValue(null, true);
        action();
        _control.GetField("CaptureCoverage", Static)!.SetValue(null, false);
        return ((IList<int>[])_control.GetMethod("GetCoverageData", Static)!.Invoke(null, null)!).SelectMany(reached => reached).Distinct();
    }
}

/// <summary>The tests of some classes, found by their attributes.</summary>
internal sealed class TestList
{
    private const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    private readonly Assembly _assembly = Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, "Scheduling.Tests.dll"));

    public TestList(ICollection<string> classes)
    {
        foreach (var type in _assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && classes.Contains(t.FullName!)).OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            foreach (var method in type.GetMethods(All | BindingFlags.DeclaredOnly).Where(m => m.GetCustomAttributes(true).Any(a => a.GetType().Name is "FactAttribute" or "TheoryAttribute")))
            {
                Tests.AddRange(RowsOf(type, method).Select((row, i) => ($"{type.Name}.{method.Name}#{i}", (Action)(() => Call(type, method, row)))));
            }
        }
    }

    public List<(string Name, Action Run)> Tests { get; } = [];

    private static IEnumerable<object?[]> RowsOf(Type type, MethodInfo method)
    {
        var parameters = method.GetParameters();
        var rows = parameters.Length == 0 ? [[]] : method.GetCustomAttributes(true).SelectMany(a => DataOf(type, a)).ToList();

        // Of tests that are repeated with several seeds the first is enough to notice a mutant.
        return (parameters is [{ Name: "seed" }] ? rows.Take(1) : rows).Select(row => parameters.Select((p, i) => Convert(row[i], p.ParameterType)).ToArray());
    }

    private static IEnumerable<object?[]> DataOf(Type type, object attribute)
    {
        object? Get(string property) => attribute.GetType().GetProperty(property)!.GetValue(attribute);
        return attribute.GetType().Name switch
        {
            "InlineDataAttribute" => [(object?[])Get("Data")!],
            "MemberDataAttribute" => ((IEnumerable)type.GetProperty((string)Get("MemberName")!, All)!.GetValue(null)!).Cast<object>()
                .Select(row => row as object?[] ?? (object?[])row.GetType().GetInterfaces().First(i => i.Name == "ITheoryDataRow").GetMethod("GetData")!.Invoke(row, null)!),
            _ => [],
        };
    }

    private static object? Convert(object? value, Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return value is null || plain.IsInstanceOfType(value) ? value : plain.IsEnum ? Enum.ToObject(plain, value) : System.Convert.ChangeType(value, plain, CultureInfo.InvariantCulture);
    }

    private static void Call(Type type, MethodInfo method, object?[] values)
    {
        var constructor = type.GetConstructors().Single();
        var instance = method.IsStatic ? null : constructor.Invoke([.. constructor.GetParameters().Select(p => Silent.Of(p.ParameterType))]);
        try
        {
            (method.Invoke(instance, values) as Task)?.GetAwaiter().GetResult();
        }
        finally
        {
            (instance as IDisposable)?.Dispose();
        }
    }
}

internal sealed class Trials(Mutants mutants, TestList list)
{
    /// <summary>CPU milliseconds beside those that a test usually takes: what takes more has no end. CPU time, so that a loaded machine changes nothing.</summary>
    private const double More = 2000;

    public int Cover(string file)
    {
        using var cover = new StreamWriter(file);
        for (var i = 0; i < list.Tests.Count; i++)
        {
            var test = list.Tests[i].Run;
            string? fault = null;
            var reached = mutants.ReachedBy(() => fault = Run(test, TimeSpan.FromMinutes(5))).ToList();

            // Once more, for the first time paid for the compiler.
            var begin = Cpu();
            fault ??= Run(test, TimeSpan.FromMinutes(5));
            var cpu = (Cpu() - begin).TotalMilliseconds.ToString("F1", CultureInfo.InvariantCulture);
            cover.WriteLine($"{i} {cpu} {(fault is null ? "passes" : "fails")} {string.Join(',', reached)} {list.Tests[i].Name} {fault}");
        }

        return 0;
    }

    public int Try(string[] plan, string file)
    {
        using var results = new StreamWriter(file, append: true) { AutoFlush = true };
        foreach (var words in plan.Select(line => line.Split(' ')))
        {
            results.WriteLine($"{words[0]} Begun");
            mutants.Activate(int.Parse(words[0], CultureInfo.InvariantCulture));
            var outcome = Outcome([.. words.Skip(1).Select(w => w.Split(':')).Select(w => (int.Parse(w[0], CultureInfo.InvariantCulture), double.Parse(w[1], CultureInfo.InvariantCulture)))]);
            results.WriteLine($"{words[0]} {outcome}");
            if (outcome.StartsWith("Timeout", StringComparison.Ordinal))
            {
                Environment.Exit(3);
            }
        }

        mutants.Activate(-1);
        return list.Tests.Any(test => Run(test.Run, TimeSpan.FromMinutes(5)) is not null) ? 4 : 0;
    }

    private string Outcome(IReadOnlyList<(int Test, double Cpu)> tests)
    {
        foreach (var (test, cpu) in tests)
        {
            try
            {
                if (Run(list.Tests[test].Run, TimeSpan.FromMilliseconds((4 * cpu) + More)) is { } fault)
                {
                    return $"Killed {list.Tests[test].Name} {fault}";
                }
            }
            catch (TimeoutException)
            {
                return $"Timeout {list.Tests[test].Name}";
            }
        }

        return "Survived";
    }

    /// <summary>Null when the test passes; otherwise what it said.</summary>
    private static string? Run(Action test, TimeSpan most)
    {
        string? fault = null;
        using var done = new ManualResetEventSlim();
        var thread = new Thread(
            () =>
            {
                try
                {
                    test();
                }
                catch (Exception e)
                {
                    fault = e.GetBaseException() is var inner ? $"{inner.GetType().Name}: {inner.Message}".ReplaceLineEndings(" ") : "";
                }

                done.Set();
            }, 16 * 1024 * 1024) { IsBackground = true };
        var begin = Cpu();
        thread.Start();
        while (!done.Wait(100))
        {
            if (Cpu() - begin > most)
            {
                throw new TimeoutException();
            }
        }

        return fault;
    }

    private static TimeSpan Cpu()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }
}

/// <summary>Stands in for what a test writes to.</summary>
public class Silent : DispatchProxy
{
    public static object Of(Type type) => typeof(DispatchProxy).GetMethods().Single(m => m.Name == "Create" && m.GetGenericArguments().Length == 2)
        .MakeGenericMethod(type, typeof(Silent)).Invoke(null, null)!;

    protected override object? Invoke(MethodInfo? method, object?[]? values) => method!.ReturnType == typeof(string) ? "" : null;
}
