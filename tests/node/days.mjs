// What Thunderbird's library reads in an iCalendar file.
//
//     node days.mjs FILE PACKAGES UNTIL
//
// Every entry by its UID: its text with the language, and each of its days or instants before UNTIL
// (an ISO date), exceptions of a series put in their place.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const [file, packages, until] = process.argv.slice(2)
const library = path.join(packages, 'node_modules', 'ical.js', 'dist', 'ical.js')
const { default: ICAL } = await import(pathToFileURL(library))

const calendar = new ICAL.Component(ICAL.parse(readFileSync(file, 'utf8')))
const events = calendar.getAllSubcomponents('vevent').map((one) => new ICAL.Event(one))
const series = events.filter((one) => !one.isRecurrenceException())
for (const one of events.filter((event) => event.isRecurrenceException())) {
  series.find((event) => event.uid === one.uid).relateException(one)
}

const last = ICAL.Time.fromDateString(until)
const days = (event) => {
  if (!event.isRecurring()) return [event.startDate.toString()]
  const found = []
  const each = event.iterator()
  for (let next = each.next(); next && next.compare(last) < 0; next = each.next()) {
    found.push(event.getOccurrenceDetails(next).startDate.toString())
  }
  return found
}
const entry = (event) => {
  const summary = event.component.getFirstProperty('summary')
  return {
    summary: event.summary,
    language: summary.getParameter('language'),
    description: event.description,
    days: days(event),
  }
}
const name = calendar.getFirstPropertyValue('name')
const entries = Object.fromEntries(series.map((one) => [one.uid, entry(one)]))
console.log(JSON.stringify({ name, count: series.length, entries }))
