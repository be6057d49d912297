// A queue that serves agents in turn.

/** What the queue needs to know of an entry. */
export interface FairEntry {
  /** Whose it is; `null` for entries without a name, which count as one agent. */
  readonly agent: string | null;
  /** Whether it is served before the other entries of its agent, and evicted after them. */
  readonly urgent: boolean;
  readonly weight: number;
}

/** The entries of one agent, in the order of their arrival. */
interface AgentQueue<Entry> {
  readonly urgent: Entry[];
  readonly others: Entry[];
  urgentWeight: number;
  otherWeight: number;
}

/**
 * Serves one entry of each agent in turn, so that an agent with many does not delay the others. An
 * agent that has no entry takes no memory.
 */
export class FairQueue<Entry extends FairEntry> {
  /** In the order in which they are served. */
  readonly #agents = new Map<string | null, AgentQueue<Entry>>();
  #size = 0;
  #urgentWeight = 0;
  #otherWeight = 0;

  get size(): number {
    return this.#size;
  }

  /** The number of agents with an entry. */
  get agents(): number {
    return this.#agents.size;
  }

  /** The weight of all entries. */
  get weight(): number {
    return this.#urgentWeight + this.#otherWeight;
  }

  /** The weight of the entries that are not urgent. */
  get otherWeight(): number {
    return this.#otherWeight;
  }

  /** The oldest entries of each agent. */
  *oldest(): Generator<Entry> {
    for (const { urgent, others } of this.#agents.values()) yield* [...urgent.slice(0, 1), ...others.slice(0, 1)];
  }

  add(entry: Entry): void {
    const { agent, urgent } = entry;
    const queue = this.#agents.get(agent) ?? { urgent: [], others: [], urgentWeight: 0, otherWeight: 0 };
    this.#agents.set(agent, queue);
    queue[urgent ? "urgent" : "others"].push(entry);
    this.#count(queue, entry, 1);
  }

  /** Takes the next entry of the agent whose turn it is. */
  next(): Entry | undefined {
    const [first] = this.#agents;
    if (first === undefined) return undefined;
    const [agent, queue] = first;
    const entry = queue.urgent.shift() ?? queue.others.shift();
    if (entry === undefined) return undefined;
    this.#agents.delete(agent);
    if (queue.urgent.length + queue.others.length > 0) this.#agents.set(agent, queue);
    this.#count(queue, entry, -1);
    return entry;
  }

  /**
   * Takes the newest entry of the agent with the largest weight: of all entries, or of those that
   * are not urgent. Urgent ones go last.
   */
  evict(which: "any" | "others"): Entry | undefined {
    const weightOf = (queue: AgentQueue<Entry>): number =>
      which === "any" ? queue.urgentWeight + queue.otherWeight : queue.otherWeight;
    const [first, ...more] = this.#agents.values();
    if (first === undefined) return undefined;
    const largest = more.reduce((most, queue) => (weightOf(queue) >= weightOf(most) ? queue : most), first);
    const entry = largest.others.pop() ?? (which === "any" ? largest.urgent.pop() : undefined);
    if (entry === undefined) return undefined;
    if (largest.urgent.length + largest.others.length === 0) this.#agents.delete(entry.agent);
    this.#count(largest, entry, -1);
    return entry;
  }

  #count(queue: AgentQueue<Entry>, { urgent, weight }: Entry, sign: 1 | -1): void {
    this.#size += sign;
    if (urgent) {
      queue.urgentWeight += sign * weight;
      this.#urgentWeight += sign * weight;
    } else {
      queue.otherWeight += sign * weight;
      this.#otherWeight += sign * weight;
    }
  }
}
